import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { silentLogger, type Logger } from '@client-tickets/micro-batch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providePage } from '../src/http/page-build.ts';
import { PipelineUiError } from '../src/index.ts';
import { createUiPipeline } from './ui-pipeline.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

async function fetchPage(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return createUiPipeline({ webFolder: folder }).ask(path, { headers });
}

async function build(): Promise<void> {
  await mkdir(join(folder, 'dist/assets'), { recursive: true });
  const script = Buffer.from('console.log("hello");'.repeat(20));
  await writeFile(join(folder, 'dist/index.html'), '<!doctype html><title>Client tickets</title>');
  await writeFile(join(folder, 'dist/assets/index-abc.js'), script);
  await writeFile(join(folder, 'dist/assets/index-abc.js.br'), brotliCompressSync(script));
  await writeFile(join(folder, 'dist/assets/index-abc.js.gz'), gzipSync(script));
  await writeFile(join(folder, 'secret.txt'), 'secret');
}

describe('the built page', () => {
  it('is served at /, checked again each time', async () => {
    await build();
    const page = await fetchPage('/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const again = await fetchPage('/', { 'if-none-match': page.headers.get('etag') ?? '' });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['identity', null],
  ])('comes compressed as the browser takes it: %s gives %s', async (accepted, encoding) => {
    await build();
    const script = await fetchPage('/assets/index-abc.js', { 'accept-encoding': accepted });
    expect(script.headers.get('content-encoding')).toBe(encoding);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it.each([
    '/secret.txt',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/',
    '/.sources-sha256',
  ])('does not include %s', async (path) => {
    await build();
    const answer = await fetchPage(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain('secret\n');
  });

  it('says how to build it where that has not been done', async () => {
    const answer = await fetchPage('/');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('build:web');
  });
});

describe('a page that is built when it is asked for', () => {
  it('is built once, and again when its sources have changed', async () => {
    const sources = fileURLToPath(new URL('../web', import.meta.url));
    const built: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      info: (_, message) => built.push(message),
      warn: (_, message) => built.push(message),
    };
    const page = await providePage(sources, logger);
    expect(built.filter((message) => message.includes('could not'))).toEqual([]);
    expect(page.get('/index.html')).toBeDefined();
    built.length = 0;
    await providePage(sources, logger);
    expect(built).toEqual([]);
  });

  it('stays under 150 kB of script and style, compressed, without anything inline or from elsewhere', async () => {
    const sources = fileURLToPath(new URL('../web', import.meta.url));
    const page = await providePage(sources, silentLogger);
    const assets = [...page].filter(([path]) => /\.(js|css)$/.test(path));
    const bytes = assets.reduce(
      (sum, [, { compressed }]) => sum + (compressed.get('gzip')?.byteLength ?? Infinity),
      0,
    );
    expect(bytes).toBeLessThan(150_000);
    const html = await readFile(join(sources, 'dist/index.html'), 'utf8');
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*\ssrc="\/)|(src|href)="(?!\/)/);
  });
});

describe('starting', () => {
  it('names the port and its variable when it is taken', async () => {
    const first = createUiPipeline().ui;
    const { url } = await first.start({ host: '127.0.0.1', port: 0 });
    const port = Number(new URL(url).port);
    const second = createUiPipeline().ui.start({ host: '127.0.0.1', port });
    await expect(second).rejects.toThrow(PipelineUiError);
    await expect(second).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining(
        `HTTP_PORT: expected a free port, but another process listens on 127.0.0.1:${port}`,
      ) as unknown,
    });
    await first.close();
  });

  it('names the host and its variable when the machine does not have it', async () => {
    const started = createUiPipeline().ui.start({ host: '203.0.113.7', port: 0 });
    await expect(started).rejects.toMatchObject({
      code: 'no_such_address',
      message: expect.stringContaining('HTTP_HOST') as unknown,
    });
  });
});
