import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { compareAndSwap, type ObjectStore } from '@client-tickets/micro-batch';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openObjectStore, type OpenOptions, type RequestEvent } from '../src/index.ts';
import { createS3Client } from '../src/s3/s3-client.ts';
import { explainS3Failure } from '../src/s3/s3-failure.ts';
import { startFakeS3, type Behaviour, type FakeS3, type FakeS3Options } from './fake-s3-server.ts';
import { all } from './object-store-contract.ts';
import { recordingClock } from './recording-clock.ts';

const SECRET = 'a-very-secret-key';
const TOKEN = 'a-session-token';
const credentials = { accessKeyId: 'AKIA', secretAccessKey: SECRET, sessionToken: TOKEN };
const body = Buffer.from('body');

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of toClose.splice(0)) await thing.close();
});

async function openStore(endpoint: string, options: OpenOptions = {}): Promise<ObjectStore> {
  const store = await openObjectStore('s3a://bucket/results', {
    clock: recordingClock(),
    random: () => 0.5,
    ...options,
    s3: { endpoint, credentials, requestTimeoutMs: 30_000, ...options.s3 },
  });
  toClose.push(store);
  return store;
}

/** A store in front of a server which behaves as told for the first requests, with the object `present` in it. */
async function scripted(
  script: readonly Behaviour[],
  options: OpenOptions & { readonly server?: FakeS3Options } = {},
): Promise<{ readonly store: ObjectStore; readonly server: FakeS3; readonly events: readonly string[] }> {
  const { server: serverOptions, ...storeOptions } = options;
  const server = await startFakeS3({ ...serverOptions, script });
  toClose.push(server);
  server.objects.set('results/present', { body, etag: '"etag"', metadata: { 'x-amz-meta-a': 'b' } });
  const events: string[] = [];
  const onRequest = ({ operation, result }: RequestEvent): number => events.push(`${operation} ${result}`);
  // Time-outs are short only where one is awaited, and no shorter than a busy machine takes for the try after it.
  const s3 = script.includes('hang') ? { requestTimeoutMs: 3_000 } : {};
  return { store: await openStore(server.endpoint, { onRequest, s3, ...storeOptions }), server, events };
}

function hostOf(request: unknown): unknown {
  return typeof request === 'object' && request !== null && 'hostname' in request
    ? request.hostname
    : undefined;
}

const passing: readonly Behaviour[] = [
  { status: 500, code: 'InternalError' },
  { status: 500, code: 'InternalError', after: true },
  { status: 502, code: 'BadGateway' },
  { status: 503, code: 'SlowDown' },
  { status: 429, code: 'TooManyRequests' },
  { status: 400, code: 'RequestTimeout' },
  { status: 200, code: 'InternalError' },
  'reset before',
  'reset after',
  'hang',
];

describe('S3 requests that may be done twice', () => {
  it.each(passing)('are tried again after %j', async (behaviour) => {
    const operations: Readonly<Record<string, (store: ObjectStore) => Promise<unknown>>> = {
      put: (store) => store.put('new', body),
      delete: (store) => store.delete('present'),
      list: (store) => all(store.list('')),
    };
    const tries = Object.entries(operations).map(async ([operation, run]) => {
      const { store, server, events } = await scripted([behaviour]);
      await run(store);
      expect(events).toEqual([`${operation} retry`, `${operation} ok`]);
      expect(server.seen).toHaveLength(2);
    });
    await Promise.all(tries);
  });

  it.each([
    ...passing.filter((behaviour) => !(typeof behaviour === 'object' && behaviour.status === 200)),
    'tear' as const,
  ])('include get, after %j', async (behaviour) => {
    const { store, events } = await scripted([behaviour]);
    const found = await store.get('present');
    expect(found).toMatchObject({ etag: '"etag"', metadata: { a: 'b' } });
    expect(Buffer.from(found?.body ?? [])).toEqual(body);
    expect(events).toEqual(['get retry', 'get ok']);
  });

  it.each([
    ...passing.filter((behaviour) => !(typeof behaviour === 'object' && behaviour.status === 200)),
    'tear' as const,
  ])('include getPart, after %j, which is asked for as before', async (behaviour) => {
    const { store, server, events } = await scripted([behaviour]);
    const found = await store.getPart('present', { start: 1, end: 3, version: '"etag"' });
    expect(found).toMatchObject({ size: 4, version: '"etag"' });
    expect(Buffer.from(found?.body ?? []).toString()).toBe('od');
    expect(events).toEqual(['get retry', 'get ok']);
    const asked = server.seen.map(({ headers }) => [headers.range, headers['if-match']]);
    expect(asked).toEqual([
      ['bytes=1-2', '"etag"'],
      ['bytes=1-2', '"etag"'],
    ]);
  });

  it('include list, when the answer is torn', async () => {
    const { store, events } = await scripted(['tear']);
    expect((await all(store.list(''))).map(({ key }) => key)).toEqual(['present']);
    expect(events).toEqual(['list retry', 'list ok']);
  });

  it('wait longer each time, and give up as unavailable', async () => {
    const clock = recordingClock();
    const { store, events } = await scripted(
      Array.from({ length: 10 }, () => ({ status: 500, code: 'InternalError' })),
      {
        clock,
      },
    );
    await expect(store.get('present')).rejects.toMatchObject({
      name: 'ObjectStoreError',
      code: 'unavailable',
      message: expect.stringMatching(
        /s3a:\/\/bucket\/results\/: could not get present \(HTTP 500 InternalError.*attempt 6/,
      ),
    });
    expect(clock.waits).toEqual([50, 100, 200, 400, 800]);
    expect(events).toEqual([...Array(5).fill('get retry'), 'get unavailable']);
  });

  it('begin a multi-part upload again when a part fails, and leave no part behind', async () => {
    const { store, server, events } = await scripted([
      'serve',
      'serve',
      { status: 500, code: 'InternalError' },
    ]);
    const large = Buffer.alloc(9 * 1024 * 1024, 'x');
    await store.put('large', large, { metadata: { rows: '1' } });
    expect(server.objects.get('results/large')?.body.equals(large)).toBe(true);
    expect(server.seen.map(({ line }) => line).filter((line) => !line.includes('partNumber'))).toEqual([
      'POST /bucket/results/large?uploads',
      'DELETE /bucket/results/large?uploadId',
      'POST /bucket/results/large?uploads',
      'POST /bucket/results/large?uploadId',
    ]);
    expect(events).toEqual(['put retry', 'put ok']);
  });
});

describe('a conditional put to S3', () => {
  const puts: Readonly<Record<string, (store: ObjectStore) => Promise<unknown>>> = {
    'put-if-absent': (store) => store.putIfAbsent('new', body),
    'put-if-match': (store) => store.putIfMatch('present', Buffer.from('next'), '"etag"'),
  };

  it.each<Behaviour>([
    { status: 409, code: 'ConditionalRequestConflict' },
    { status: 503, code: 'SlowDown' },
    { status: 429, code: 'TooManyRequests' },
  ])('is tried again after %j, as nothing was written', async (behaviour) => {
    for (const [operation, run] of Object.entries(puts)) {
      const { store, events } = await scripted([behaviour]);
      expect(await run(store)).toMatchObject({ etag: expect.any(String) });
      expect(events).toEqual([`${operation} retry`, `${operation} ok`]);
    }
  });

  it.each<Behaviour>([
    { status: 500, code: 'InternalError' },
    { status: 500, code: 'InternalError', after: true },
    { status: 503, code: 'ServiceUnavailable' },
    { status: 504, code: 'GatewayTimeout' },
    'reset before',
    'reset after',
    'hang',
  ])('is not tried again after %j, as it may have been written', async (behaviour) => {
    const tries = Object.entries(puts).map(async ([operation, run]) => {
      const { store, server, events } = await scripted([behaviour]);
      await expect(run(store)).rejects.toMatchObject({ code: 'unavailable' });
      expect(events).toEqual([`${operation} unavailable`]);
      expect(server.seen).toHaveLength(1);
    });
    await Promise.all(tries);
  });

  it('whose answer got lost is found out by reading back', async () => {
    const { store, server } = await scripted(['reset after']);
    expect(await compareAndSwap(store, 'new', body, undefined)).toEqual({
      etag: server.objects.get('results/new')?.etag,
    });
  });

  it('is lost when the condition does not hold, and when the object is gone', async () => {
    const { store, events } = await scripted([]);
    expect(await store.putIfAbsent('present', body)).toBeUndefined();
    expect(await store.putIfMatch('present', body, '"other"')).toBeUndefined();
    expect(await store.putIfMatch('gone', body, '"etag"')).toBeUndefined();
    expect(events).toEqual(['put-if-absent lost', 'put-if-match lost', 'put-if-match lost']);
  });

  it('is tried again while the connection is refused', async () => {
    const gone = await startFakeS3();
    await gone.close();
    const clock = recordingClock(async (count) => {
      if (count === 2) toClose.push(await startFakeS3({ port: gone.port }));
    });
    const store = await openStore(gone.endpoint, { clock });
    expect(await store.putIfAbsent('new', body)).toBeDefined();
    expect(clock.waits).toEqual([50, 100]);
  });

  it('of any size is one request', async () => {
    const { store, server } = await scripted([]);
    await store.putIfAbsent('large', Buffer.alloc(9 * 1024 * 1024));
    expect(server.seen.map(({ line }) => line)).toEqual(['PUT /bucket/results/large']);
  });
});

describe('what S3 refuses', () => {
  const refusals: readonly [Behaviour, RegExp][] = [
    [{ status: 403, code: 'AccessDenied' }, /s3:PutObject,.*bucket\/results\/\*/],
    [{ status: 403, code: 'InvalidAccessKeyId' }, /Check AWS_ACCESS_KEY_ID.*bucket bucket/],
    [
      { status: 403, code: 'SignatureDoesNotMatch', extra: `<StringToSign>${TOKEN}</StringToSign>` },
      /AWS_SECRET_ACCESS_KEY/,
    ],
    [{ status: 400, code: 'ExpiredToken', extra: `<Token-0>${TOKEN}</Token-0>` }, /AWS_SESSION_TOKEN/],
    [{ status: 404, code: 'NoSuchBucket' }, /no bucket bucket at http:\/\/127.0.0.1:\d+: create it/],
    [
      { status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'eu-west-3' } },
      /Set AWS_REGION to eu-west-3/,
    ],
    [
      { status: 400, code: 'AuthorizationHeaderMalformed', extra: '<Region>eu-west-3</Region>' },
      /Set AWS_REGION to eu-west-3/,
    ],
    [{ status: 501, code: 'NotImplemented' }, /conditional writes/],
    [{ status: 507, code: 'StorageFull' }, /Make room/],
    [{ status: 400, code: 'InvalidRequest' }, /Check bucket bucket/],
  ];

  it.each(refusals)('%j is not tried again, says what to do and no secret', async (behaviour, advice) => {
    const operations: readonly ((store: ObjectStore) => Promise<unknown>)[] = [
      (store) => store.get('present'),
      (store) => store.put('a', body),
      (store) => store.putIfAbsent('a', body),
      (store) => store.putIfMatch('present', body, '"etag"'),
      (store) => store.delete('present'),
      (store) => all(store.list('')),
    ];
    for (const run of operations) {
      const { store, server } = await scripted([behaviour]);
      const error: unknown = await run(store).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        name: 'ObjectStoreError',
        code: 'refused',
        message: expect.stringMatching(advice),
      });
      expect(server.seen).toHaveLength(1);
      const everything = inspect(error, { depth: Infinity, showHidden: true });
      expect(everything).not.toContain(SECRET);
      expect(everything).not.toContain(TOKEN);
    }
  });

  it('an object that is larger than asked for is refused before its first byte comes', async () => {
    const { store, server } = await scripted(['announce 400 MB']);
    await expect(store.get('large', { mostBytes: 1_000_000 })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('large has 400000000 bytes, at most 1000000 were expected'),
    });
    expect(server.seen).toHaveLength(1);
  });

  it('a part from a server that gives whole objects is refused before all of one comes', async () => {
    const { store, server } = await scripted(['announce 400 MB']);
    await expect(store.getPart('large', { start: 0, end: 1_000 })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(
        'results/large: asked for a part of it (Range), the store answered with all',
      ),
    });
    expect(server.seen).toHaveLength(1);
    const whole = await scripted([], { server: { ignores: ['range'] } });
    const refused = { code: 'refused', message: expect.stringContaining('a store that gives parts') };
    await expect(whole.store.getPart('present', { start: 0, end: 2 })).rejects.toMatchObject(refused);
  });

  it('a part of another object is noticed from a server that ignores the condition', async () => {
    const { store, server, events } = await scripted([], { server: { ignores: ['if-match'] } });
    const range = { start: 2, end: 4, version: '"etag"' };
    expect(await store.getPart('present', range)).toMatchObject({ version: '"etag"' });
    server.objects.set('results/present', { body, etag: '"other"', metadata: {} });
    expect(await store.getPart('present', range)).toBeUndefined();
    expect(events).toEqual(['get ok', 'get missing']);
  });

  it('an endpoint that the AWS SDK would find by itself is not used', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_ENDPOINT_URL_S3', 'http://127.0.0.1:1');
    onTestFinished(() => void vi.unstubAllEnvs());
    const client = createS3Client({ region: 'eu-west-3', credentials });
    client.middlewareStack.add(
      () => (args) => Promise.reject(new Error(`sent to ${String(hostOf(args.request))}`)),
      { step: 'finalizeRequest', priority: 'low' },
    );
    await expect(client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a' }))).rejects.toThrow(
      'sent to bucket.s3.eu-west-3.amazonaws.com',
    );
  });

  it('an answer in clear text to TLS is named', async () => {
    const { server } = await scripted([]);
    const store = await openStore(server.endpoint.replace('http:', 'https:'));
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/http or https\?/),
    });
  });

  it('a region that is nowhere to be found is asked for', () => {
    const location = { kind: 's3', bucket: 'bucket', prefix: '', text: 's3://bucket/' } as const;
    const asked = { location, endpoint: undefined, what: 'get a' };
    expect(explainS3Failure(new Error('Region is missing'), asked)).toMatchObject({
      kind: 'refused',
      message:
        's3://bucket/: could not get a (Error: Region is missing). Set AWS_REGION to the region of the bucket.',
    });
  });

  it('a clock that was corrected by the answer is worth another attempt', async () => {
    const headers = { date: new Date(Date.now() + 3_600_000).toUTCString() };
    const { store, events } = await scripted([{ status: 403, code: 'RequestTimeTooSkewed', headers }]);
    expect(await store.putIfAbsent('new', body)).toBeDefined();
    expect(events).toEqual(['put-if-absent retry', 'put-if-absent ok']);
  });

  it('a request that was signed too long before it came, by a process that was frozen, is sent again', async () => {
    const headers = { date: new Date().toUTCString() };
    const { store, events } = await scripted([{ status: 403, code: 'RequestTimeTooSkewed', headers }]);
    expect(await store.putIfAbsent('new', body)).toBeDefined();
    expect(events).toEqual(['put-if-absent retry', 'put-if-absent ok']);
  });

  it('a clock that stays wrong is named', async () => {
    const skewed = { status: 403, code: 'RequestTimeTooSkewed', headers: { date: 'no date' } };
    const { store } = await scripted(Array.from({ length: 50 }, () => skewed));
    await expect(store.get('key')).rejects.toThrow(/RequestTimeTooSkewed.*set the clock of this machine/);
  });
});

describe('S3 on the wire', () => {
  it('addresses by path, signs the SHA-256 of the body, and sends no checksum of the SDK', async () => {
    const { store, server } = await scripted([]);
    await store.put('a b/é', body, { contentType: 'text/plain', metadata: { n: '1' } });
    const [request] = server.seen;
    expect(request?.line).toBe('PUT /bucket/results/a b/é');
    expect(request?.headers).toMatchObject({
      'content-type': 'text/plain',
      'x-amz-meta-n': '1',
      'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
    });
    expect(
      Object.keys(request?.headers ?? {}).filter((name) => /checksum|trailer|expect/.test(name)),
    ).toEqual([]);
  });

  it('lists page by page, without the markers and hidden files of other tools', async () => {
    const { store, server } = await scripted([]);
    for (const name of ['a', 'b/', 'b/c', '.DS_Store', 'd', 'e']) {
      server.objects.set(`results/${name}`, { body, etag: '', metadata: {} });
    }
    expect((await all(store.list(''))).map(({ key }) => key)).toEqual(['a', 'b/c', 'd', 'e', 'present']);
    expect(server.seen).toHaveLength(4);
  });

  it('reports each attempt with its time and size', async () => {
    const events: RequestEvent[] = [];
    const { store } = await scripted([], { onRequest: (event) => events.push(event) });
    await store.put('large', Buffer.alloc(9 * 1024 * 1024));
    await store.get('present');
    await store.getPart('present', { start: 1, end: 3 });
    await store.get('missing');
    expect(events).toEqual([
      { operation: 'put', result: 'ok', seconds: 0, bytes: 9 * 1024 * 1024, requests: 4 },
      { operation: 'get', result: 'ok', seconds: 0, bytes: 4 },
      { operation: 'get', result: 'ok', seconds: 0, bytes: 2 },
      { operation: 'get', result: 'missing', seconds: 0 },
    ]);
  });

  it('ends a wait for the next attempt when the store is closed', async () => {
    const { store, server } = await scripted([{ status: 500, code: 'InternalError' }], {
      clock: recordingClock(() => store.close()),
    });
    await expect(store.put('new', body)).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.seen).toHaveLength(1);
  });
});
