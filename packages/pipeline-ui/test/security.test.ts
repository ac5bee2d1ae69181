import { describe, expect, it } from 'vitest';
import { createUiPipeline } from './ui-pipeline.ts';

describe('the host check', () => {
  it.each(['localhost:8090', '127.0.0.1:18090', '[::1]:8090', 'consumer:8090', 'app.localhost', '10.2.3.4'])(
    'lets %s through, whatever the port',
    async (host) => {
      expect((await createUiPipeline().get('/healthz', { host })).status).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'evil.example:8090',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example.',
  ])('refuses %s, which a stranger may have pointed here', async (host) => {
    for (const path of ['/', '/healthz', '/metrics', '/api/v1/status', '/api/v1/events']) {
      expect((await createUiPipeline().get(path, { host })).status, path).toBe(403);
    }
  });

  it('knows the names it was given', async () => {
    const { get } = createUiPipeline({ allowedHosts: ['Tickets.Example.com'] });
    expect((await get('/healthz', { host: 'tickets.example.com' })).status).toBe(200);
  });
});

describe('requests from other sites', () => {
  it.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'http://localhost:9999' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://localhost:8090' }, 200],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{}, 200],
  ])('with %j are answered with %i', async (headers, status) => {
    const { get } = createUiPipeline();
    expect((await get('/api/v1/status', headers as Record<string, string>)).status).toBe(status);
  });
});

describe('pause and resume', () => {
  const post = async (
    pipeline: ReturnType<typeof createUiPipeline>,
    path: string,
    headers: Record<string, string>,
  ): Promise<Response> => pipeline.ask(path, { method: 'POST', headers });

  it.each([undefined, ''])('are not there without a token in the environment: %j', async (controlToken) => {
    const pipeline = createUiPipeline({ controlToken });
    expect((await post(pipeline, '/api/v1/pause', { authorization: 'Bearer x' })).status).toBe(404);
    expect((await pipeline.get('/api/v1/status')).body).toMatchObject({ control: false });
  });

  it('need the token, and can’t be had by a page of another site even with it', async () => {
    const pipeline = createUiPipeline({ controlToken: 'a-token' });
    const calls: string[] = [];
    pipeline.ui.attach({
      status: () => ({ state: 'waiting', partitions: [], message: '' }) as never,
      pause: () => calls.push('pause'),
      resume: () => calls.push('resume'),
    });
    for (const authorization of [
      '',
      'Bearer',
      'Bearer a-toke',
      'Bearer a-tokenx',
      'Basic a-token',
      'a-token',
    ]) {
      const refused = await post(pipeline, '/api/v1/pause', { authorization });
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    }
    const right = { authorization: 'Bearer a-token' };
    expect((await post(pipeline, '/api/v1/pause', { ...right, origin: 'https://evil.example' })).status).toBe(
      403,
    );
    expect(calls).toEqual([]);
    expect(
      (await post(pipeline, '/api/v1/pause', { ...right, origin: 'http://localhost:8090' })).status,
    ).toBe(200);
    expect((await post(pipeline, '/api/v1/resume', right)).status).toBe(200);
    expect(calls).toEqual(['pause', 'resume']);
    expect((await pipeline.get('/api/v1/pause', right)).status).toBe(405);
  });

  it('are refused before there is a query', async () => {
    const pipeline = createUiPipeline({ controlToken: 'a-token' });
    expect((await post(pipeline, '/api/v1/pause', { authorization: 'Bearer a-token' })).status).toBe(503);
  });
});

describe('headers', () => {
  it('allow nothing but this origin’s own files', async () => {
    const { ask } = createUiPipeline();
    for (const path of ['/', '/api/v1/status', '/nothing']) {
      const { headers } = await ask(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    }
  });

  it('keep API answers out of caches', async () => {
    const { headers } = await createUiPipeline().ask('/api/v1/status');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});
