import { ObjectStoreError, type ObjectStore } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  interceptStore,
  ManualClock,
  type Interceptor,
} from '@client-tickets/micro-batch/testing';
import { describe, expect, it } from 'vitest';
import { createKnownObjects, type KnownObjects } from '../../src/stores/known-objects.ts';

const KEY = 'counts/part-00000.json';

interface Watched {
  readonly clock: ManualClock;
  readonly known: KnownObjects;
  /** The store as others write to it. */
  readonly elsewhere: ObjectStore;
  /** Keys that the page has read from the store. */
  readonly asked: string[];
  /** What is read of the object if it may be known for so long. */
  readonly read: (maxAgeMs?: number) => Promise<string | undefined>;
}

function watch(intercept: Interceptor = (_, send) => send()): Watched {
  const clock = new ManualClock();
  const elsewhere = createMemoryObjectStore();
  const asked: string[] = [];
  const known = createKnownObjects({
    store: interceptStore(elsewhere, intercept),
    reads: interceptStore(elsewhere, ({ key }, send) => {
      asked.push(key);
      return send();
    }),
    clock,
  });
  return {
    clock,
    known,
    elsewhere,
    asked,
    async read(maxAgeMs = 1_000) {
      const found = await known.knownFor(maxAgeMs).get(KEY);
      return found && Buffer.from(found.body).toString();
    },
  };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const etagOf = async (store: ObjectStore): Promise<string> => (await store.get(KEY))?.etag ?? '';

/** What is sent waits until it is let go. */
function held(): { readonly intercept: Interceptor; readonly letGo: () => void } {
  let letGo = (): void => undefined;
  const isLetGo = new Promise<void>((resolve) => (letGo = resolve));
  return {
    intercept: async (_, send) => {
      await isLetGo;
      return send();
    },
    letGo: () => letGo(),
  };
}

describe('what is known of an object', () => {
  it('is what the query has written last: it is not asked for again', async () => {
    const { known, elsewhere, asked, read } = watch();
    expect(await read()).toBeUndefined();
    const written = await known.store.putIfAbsent(KEY, bytes('one'), { metadata: { a: 'b' } });
    expect(await known.knownFor(1_000).get(KEY)).toEqual(await elsewhere.get(KEY));
    await known.store.putIfMatch(KEY, bytes('two'), written?.etag ?? '', { metadata: { c: 'd' } });
    expect(await known.knownFor(1_000).get(KEY)).toEqual(await elsewhere.get(KEY));
    expect(await read()).toBe('two');
    expect(asked).toEqual([KEY]);
  });

  it('is what the query has read last, also that there is none', async () => {
    const { known, elsewhere, asked, read } = watch();
    await read();
    await elsewhere.put(KEY, bytes('of another consumer'));
    await known.store.get(KEY);
    expect(await read()).toBe('of another consumer');
    await elsewhere.delete(KEY);
    await known.store.get(KEY);
    expect(await read()).toBeUndefined();
    expect(asked).toEqual([KEY]);
  });

  it('is asked for again once it is known for too long', async () => {
    const { clock, elsewhere, asked, read } = watch();
    await elsewhere.put(KEY, bytes('one'));
    await read();
    await elsewhere.put(KEY, bytes('two'));
    clock.advance(999);
    expect(await read()).toBe('one');
    clock.advance(1);
    expect(await read()).toBe('two');
    expect(await read(0)).toBe('two');
    expect(asked).toHaveLength(3);
  });

  it('is nothing after a write that was lost, or of which it is not known whether it took effect', async () => {
    let isAnswered = true;
    const { known, elsewhere, read } = watch(async ({ operation }, send) => {
      const answer = await send();
      if (!isAnswered && operation === 'putIfMatch') throw new ObjectStoreError('unavailable', 'no answer');
      return answer;
    });
    await read();
    const first = await known.store.putIfAbsent(KEY, bytes('one'));
    await elsewhere.put(KEY, bytes('two'));
    expect(await known.store.putIfMatch(KEY, bytes('lost'), first?.etag ?? '')).toBeUndefined();
    expect(known.knownAt(KEY)).toBeUndefined();
    expect(await read()).toBe('two');
    isAnswered = false;
    const third = known.store.putIfMatch(KEY, bytes('three'), await etagOf(elsewhere));
    await expect(third).rejects.toThrow('no answer');
    expect(await read()).toBe('three');
    await known.store.delete(KEY);
    expect(await read()).toBeUndefined();
  });

  it('never goes back to what a slow read has found from before a write', async () => {
    const clock = new ManualClock();
    const store = createMemoryObjectStore();
    const { intercept, letGo } = held();
    const slow: Interceptor = async (request, send) => {
      const found = await send();
      return intercept(request, () => Promise.resolve(found));
    };
    const known = createKnownObjects({ store, reads: interceptStore(store, slow), clock });
    const reading = known.knownFor(1_000).get(KEY);
    await known.store.putIfAbsent(KEY, bytes('written meanwhile'));
    letGo();
    expect(await reading).toBeUndefined();
    expect(Buffer.from((await known.knownFor(1_000).get(KEY))?.body ?? []).toString()).toBe(
      'written meanwhile',
    );
  });

  it('is kept only of objects that were asked for', async () => {
    const { known, asked, read } = watch();
    await known.store.putIfAbsent(KEY, bytes('one'));
    expect([known.knownAt(KEY), known.versionOf(KEY)]).toEqual([undefined, undefined]);
    expect(await read()).toBe('one');
    expect(asked).toEqual([KEY]);
  });

  it('has another version whenever it was read or written', async () => {
    const { known, read } = watch();
    const versions = new Set<number | undefined>();
    await read();
    versions.add(known.versionOf(KEY));
    await known.store.putIfAbsent(KEY, bytes('one'));
    versions.add(known.versionOf(KEY));
    await known.store.get(KEY);
    versions.add(known.versionOf(KEY));
    await read();
    versions.add(known.versionOf(KEY));
    expect(versions.size).toBe(3);
  });

  it('is refused like in the store where it is larger than it may be', async () => {
    const { known, read } = watch();
    await read();
    await known.store.putIfAbsent(KEY, bytes('four'));
    await expect(known.knownFor(1_000).get(KEY, { mostBytes: 3 })).rejects.toThrow(/has 4 bytes, at most 3/);
  });
});

describe('the store that the query is given', () => {
  it('tells of each object that it has put, and of none that was there before', async () => {
    const store = createMemoryObjectStore();
    const told: string[] = [];
    const known = createKnownObjects({
      store,
      reads: store,
      clock: new ManualClock(),
      onWrite: (key) => told.push(key),
    });
    await known.store.putIfAbsent('a', bytes('1'));
    await known.store.putIfAbsent('a', bytes('2'));
    await known.store.put('b', bytes('3'));
    await known.store.putIfMatch('b', bytes('4'), 'another');
    expect(told).toEqual(['a', 'b']);
  });

  it('can change nothing through what is read', async () => {
    const { known } = watch();
    await expect(known.knownFor(1_000).put(KEY, new Uint8Array())).rejects.toThrow(/opened to read only/);
  });
});
