import { spawn } from 'node:child_process';
import { readFile, realpath, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Logger } from '@client-tickets/micro-batch';
import { readPageFiles, type PageFiles } from './page-files.ts';
import { hashPageSources, SOURCES_HASH_FILE } from './page-sources.ts';

/**
 * The built page. In a clone it is built when it is first asked for, and again after its sources have changed; in an
 * image it was built beforehand. Without either the map is empty.
 */
export async function providePage(webFolder: string, logger: Logger): Promise<PageFiles> {
  const dist = join(webFolder, 'dist');
  const sources = await hashPageSources(webFolder);
  const built = await readFile(join(dist, SOURCES_HASH_FILE), 'utf8').catch(() => undefined);
  if (sources !== undefined && built !== sources) {
    logger.info({ folder: webFolder }, 'building the page of the pipeline UI; once after each update');
    try {
      await buildPage(webFolder, dist);
    } catch (error) {
      logger.warn({ err: error }, 'the page could not be built; the API, metrics and health work without it');
    }
  }
  return readPageFiles(dist);
}

/**
 * In a process of its own, so that a running engine keeps its thread. Two consumers that do it at once do no harm. `webFolder` may be a
 * link to the sources, as bundles of tests have it: Vite is found from where they are.
 */
async function buildPage(webFolder: string, dist: string): Promise<void> {
  const sources = await realpath(webFolder);
  const fresh = `${dist}-${process.pid}`;
  await runVite(sources, ['--outDir', fresh, '--emptyOutDir', '--logLevel', 'error']);
  await rm(dist, { recursive: true, force: true });
  await rename(fresh, dist).catch(() => rm(fresh, { recursive: true, force: true })); // another one was quicker
}

async function runVite(sources: string, options: readonly string[]): Promise<void> {
  const manifest = createRequire(join(sources, 'index.html')).resolve('vite/package.json');
  const vite = spawn(
    process.execPath,
    [join(dirname(manifest), 'bin/vite.js'), 'build', sources, ...options],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let errors = '';
  vite.stderr.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-2_000)));
  const code = await new Promise<number | null>((resolve, reject) => {
    vite.on('error', reject).on('close', resolve);
  });
  if (code !== 0) throw new Error(`vite build ended with ${code}: ${errors.trim()}`);
}
