import { compareAndSwap, ObjectStoreError, type ObjectStore } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, interceptStore, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { expect, test } from 'vitest';

const KEY = 'partition-0.json';
const bytes = (text: string): Uint8Array => Buffer.from(text);
const unavailable = () => Promise.reject(new ObjectStoreError('unavailable', 'no answer'));

function setUp(before?: string): { objects: MemoryObjects; store: ObjectStore; etag: string | undefined } {
  const objects = new MemoryObjects();
  const etag = before === undefined ? undefined : objects.write(KEY, bytes(before), undefined).etag;
  return { objects, store: createMemoryObjectStore('memory://', objects), etag };
}

const text = (objects: MemoryObjects): string | undefined => {
  const body = objects.objects.get(KEY)?.body;
  return body && Buffer.from(body).toString();
};

/** A store whose conditional writes fare as `write` says. */
const withWrites = (
  store: ObjectStore,
  write: (send: () => Promise<unknown>) => Promise<never>,
): ObjectStore =>
  interceptStore(store, (request, send) => (request.operation.startsWith('putIf') ? write(send) : send()));

for (const before of [undefined, 'old'] as const) {
  const situation = before === undefined ? 'no object yet' : 'an object with the ETag';

  test(`with ${situation} it writes, and returns the new ETag`, async () => {
    const { objects, store, etag } = setUp(before);
    const swapped = await compareAndSwap(store, KEY, bytes('new'), etag);
    expect(text(objects)).toBe('new');
    expect(swapped?.etag).toBe(objects.objects.get(KEY)?.etag);
  });

  test(`with ${situation}, when another consumer was first, nothing is written`, async () => {
    const { objects, store, etag } = setUp(before);
    objects.write(KEY, bytes('theirs'));
    expect(await compareAndSwap(store, KEY, bytes('mine'), etag)).toBeUndefined();
    expect(text(objects)).toBe('theirs');
  });

  test(`with ${situation}, a write whose answer got lost is found and counts`, async () => {
    const { objects, store, etag } = setUp(before);
    const losing = withWrites(store, async (send) => {
      await send();
      return unavailable();
    });
    const swapped = await compareAndSwap(losing, KEY, bytes('new'), etag);
    expect(swapped?.etag).toBe(objects.objects.get(KEY)?.etag);
  });

  test(`with ${situation}, a write that the store itself tried twice counts although its condition failed`, async () => {
    const { objects, store, etag } = setUp(before);
    const retrying = interceptStore(store, async (request, send) => {
      if (request.operation.startsWith('putIf')) await send();
      return send();
    });
    const swapped = await compareAndSwap(retrying, KEY, bytes('new'), etag);
    expect(swapped?.etag).toBe(objects.objects.get(KEY)?.etag);
  });

  test(`with ${situation}, a write that never arrived is not taken for done`, async () => {
    const { objects, store, etag } = setUp(before);
    expect(await compareAndSwap(withWrites(store, unavailable), KEY, bytes('new'), etag)).toBeUndefined();
    expect(text(objects)).toBe(before);
  });

  test(`with ${situation}, a write that arrives after it was given up changes nothing any more`, async () => {
    const { objects, store, etag } = setUp(before);
    let arrive = (): Promise<unknown> => Promise.resolve();
    const late = withWrites(store, (send) => {
      arrive = send;
      return unavailable();
    });
    expect(await compareAndSwap(late, KEY, bytes('first'), etag)).toBeUndefined();
    await compareAndSwap(store, KEY, bytes('second'), etag);
    await arrive();
    expect(text(objects)).toBe('second');
  });
}

test('the outcome is unknown, and it rejects, when the read-back is not answered either', async () => {
  const { store } = setUp();
  const dead = interceptStore(store, unavailable);
  await expect(compareAndSwap(dead, KEY, bytes('new'), undefined)).rejects.toMatchObject({
    code: 'unavailable',
  });
});

test('a refusal is passed on without reading back', async () => {
  const { store } = setUp('old');
  const operations: string[] = [];
  const refusing = interceptStore(store, ({ operation }) => {
    operations.push(operation);
    return Promise.reject(new ObjectStoreError('refused', 'no permission'));
  });
  await expect(compareAndSwap(refusing, KEY, bytes('new'), 'etag')).rejects.toMatchObject({
    code: 'refused',
  });
  expect(operations).toEqual(['putIfMatch']);
});

test('an object that was deleted meanwhile is not created again', async () => {
  const { objects, store, etag } = setUp('old');
  objects.objects.delete(KEY);
  expect(await compareAndSwap(store, KEY, bytes('new'), etag)).toBeUndefined();
  expect(objects.objects.size).toBe(0);
});
