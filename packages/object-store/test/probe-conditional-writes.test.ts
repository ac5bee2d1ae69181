import { ObjectStoreError, type ObjectStore } from '@client-tickets/micro-batch';
import { afterEach, describe, expect, it } from 'vitest';
import { openObjectStore, probeConditionalWrites } from '../src/index.ts';
import { startFakeS3, type FakeS3, type FakeS3Options } from './fake-s3-server.ts';
import { recordingClock } from './recording-clock.ts';

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of toClose.splice(0)) await thing.close();
});

async function open(
  options: FakeS3Options,
): Promise<{ readonly store: ObjectStore; readonly server: FakeS3 }> {
  const server = await startFakeS3(options);
  const store = await openObjectStore('s3://bucket/results/', {
    clock: recordingClock(),
    s3: { endpoint: server.endpoint, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
  });
  toClose.push(store, server);
  return { store, server };
}

describe('the probe for conditional writes', () => {
  it('passes a store that keeps its conditions, and deletes the one object it made', async () => {
    const { store, server } = await open({});
    await probeConditionalWrites(store, { probeId: 'id' });
    expect(new Set(server.seen.map(({ line }) => line.split(' ')[1]))).toEqual(
      new Set(['/bucket/results/_probe-id']),
    );
    expect(server.objects.size).toBe(0);
  });

  it('takes as many requests as it says, most of them puts', async () => {
    const { store, server } = await open({});
    await probeConditionalWrites(store);
    const methods = server.seen.map(({ line }) => line.split(' ')[0]);
    expect(methods).toHaveLength(58);
    expect(methods.filter((method) => method === 'PUT')).toHaveLength(44);
  });

  it('takes seven where it leaves races out, and deletes its object', async () => {
    const { store, server } = await open({});
    await probeConditionalWrites(store, { hasRaces: false });
    expect(server.seen).toHaveLength(7);
    expect(server.objects.size).toBe(0);
  });

  it.each([
    ['if-none-match', /both of two writers win .*\(If-None-Match: \*\).*AWS S3, SeaweedFS 4\.48, MinIO/],
    ['if-match', /both of two writers win .*\(If-Match\).*AWS S3, SeaweedFS 4\.48, MinIO/],
  ] as const)(
    'refuses a store that checks %s and writes only then, and leaves nothing behind',
    async (condition, message) => {
      const { store, server } = await open({ checksBeforeWriting: { condition, byMs: 20 } });
      await expect(probeConditionalWrites(store)).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringMatching(message),
      });
      expect(server.objects.size).toBe(0);
    },
  );

  it('refuses a store that keeps what the loser of the last race wrote', async () => {
    const { store } = await open({});
    const careless: ObjectStore = {
      ...store,
      putIfMatch: async (key, body, etag, options) => {
        const result = await store.putIfMatch(key, body, etag, options);
        if (result === undefined && Buffer.from(body).includes('10 swap')) await store.put(key, body);
        return result;
      },
    };
    await expect(probeConditionalWrites(careless)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('keeps what it told a writer not to have written'),
    });
  });

  it('can be tried again where neither of two writers won', async () => {
    const { store, server } = await open({});
    const timid: ObjectStore = {
      ...store,
      putIfAbsent: async (key, body, options) =>
        Buffer.from(body).includes('create') ? undefined : store.putIfAbsent(key, body, options),
    };
    await expect(probeConditionalWrites(timid)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('neither won (If-None-Match: *)'),
    });
    expect(server.objects.size).toBe(0);
  });

  it.each([
    ['if-none-match', /s3:\/\/bucket\/results\/.*ignores If-None-Match: \*.*AWS S3/],
    ['if-match', /ignores If-Match/],
    ['x-amz-meta-', /loses the user metadata/],
  ] as const)('refuses a store that ignores %s, and leaves nothing behind', async (ignored, message) => {
    const { store, server } = await open({ ignores: [ignored] });
    await expect(probeConditionalWrites(store)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(message),
    });
    expect(server.objects.size).toBe(0);
  });

  it('refuses a store that says it has no conditional writes', async () => {
    const { store } = await open({ script: [{ status: 501, code: 'NotImplemented' }] });
    await expect(probeConditionalWrites(store)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('conditional writes'),
    });
  });

  it('refuses a store that may not be written', async () => {
    const { store } = await open({ script: [{ status: 403, code: 'AccessDenied' }] });
    await expect(probeConditionalWrites(store)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('s3:PutObject'),
    });
  });

  it('refuses a store whose reads lag behind its writes', async () => {
    const { store } = await open({});
    let stale = await store.get('nothing');
    const lagging: ObjectStore = {
      ...store,
      get: async (key) => {
        const before = stale;
        stale = await store.get(key);
        return before ?? stale;
      },
    };
    await expect(probeConditionalWrites(lagging)).rejects.toThrow('does not show the latest write');
  });

  it('lets an outage through as what it is, so that the probe can be tried again', async () => {
    const { store } = await open({});
    const down: ObjectStore = {
      ...store,
      putIfMatch: () => Promise.reject(new ObjectStoreError('unavailable', 'down')),
    };
    await expect(probeConditionalWrites(down)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'down',
    });
    await probeConditionalWrites(store);
  });
});
