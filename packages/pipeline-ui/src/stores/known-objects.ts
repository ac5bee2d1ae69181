import {
  readOnlyStore,
  type Clock,
  type ConditionalPutResult,
  type GetOptions,
  type ObjectStore,
  type StoredObject,
} from '@client-tickets/micro-batch';

/**
 * What this process knows of the objects that the page shows. What the query reads and writes passes through `store`, so the page need
 * not ask for it: a consumer that has all partitions to itself reads each object once.
 *
 * Only objects that were asked for are remembered, their latest version each: published files and checkpoints, which are few and small.
 *
 * **What is known never goes back.** A read counts as of its beginning and a write as of its end, and the later one stays: a read that
 * was under way during a write may have found what was there before. A write that was lost, or whose answer was, leaves nothing known.
 */
export interface KnownObjects {
  /** For the query and its table. It does what the store beneath does. */
  readonly store: ObjectStore;
  /** The store as it is, to be read from. */
  readonly reads: ObjectStore;
  /**
   * To be read from: an object that was as it is known less than `maxAgeMs` ago is not asked for, nor is one that is known not to be
   * there.
   */
  knownFor(maxAgeMs: number): ObjectStore;
  /** Monotonic time in milliseconds at which the object was as it is known; `undefined`: nothing is known of it. */
  knownAt(key: string): number | undefined;
  /** Another number whenever the object was read or written since; `undefined`: nothing is known of it. */
  versionOf(key: string): number | undefined;
}

interface Known {
  /** Of the read or write that it is known from, or after which it is not known. */
  readonly order: number;
  readonly at: number;
  /** `undefined`: it is not known. Without `object`: there is none. */
  readonly found: { readonly object: StoredObject | undefined } | undefined;
}

export function createKnownObjects({
  store,
  reads,
  clock,
  onWrite = () => {},
}: {
  readonly store: ObjectStore;
  /** The same, by which the page reads. */
  readonly reads: ObjectStore;
  readonly clock: Clock;
  /** Called after each object that `store` has put. Never throws. */
  readonly onWrite?: (key: string) => void;
}): KnownObjects {
  const all = new Map<string, Known>();
  let order = 0;

  function note(key: string, next: Known): void {
    const last = all.get(key);
    if (last !== undefined && last.order < next.order) all.set(key, next);
  }

  function wrote(key: string, object: StoredObject | undefined): void {
    const found = object && { object };
    note(key, { order: ++order, at: clock.monotonic(), found });
  }

  async function read(
    from: ObjectStore,
    key: string,
    options?: GetOptions,
  ): Promise<StoredObject | undefined> {
    const begun = { order: ++order, at: clock.monotonic() };
    const object = await from.get(key, options);
    note(key, { ...begun, found: { object } });
    return object;
  }

  async function put(
    key: string,
    send: () => Promise<ConditionalPutResult>,
    object: Omit<StoredObject, 'etag'>,
  ): Promise<ConditionalPutResult> {
    let result: ConditionalPutResult;
    try {
      result = await send();
    } catch (error) {
      wrote(key, undefined); // it may be there, or not
      throw error;
    }
    wrote(key, result && { ...object, etag: result.etag });
    if (result !== undefined) onWrite(key);
    return result;
  }

  async function change(key: string, send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } finally {
      wrote(key, undefined);
    }
  }

  return {
    store: {
      location: store.location,
      get: (key, options) => read(store, key, options),
      getPart: (key, range) => store.getPart(key, range), // of result files, as below
      put: async (key, body, options) => {
        await change(key, () => store.put(key, body, options));
        onWrite(key);
      },
      putIfAbsent: (key, body, options) =>
        put(key, () => store.putIfAbsent(key, body, options), { body, metadata: options?.metadata ?? {} }),
      putIfMatch: (key, body, etag, options) =>
        put(key, () => store.putIfMatch(key, body, etag, options), {
          body,
          metadata: options?.metadata ?? {},
        }),
      beginUpload: (options) => store.beginUpload(options), // of result files, which are never asked for here
      abortUploads: (owner, options) => store.abortUploads(owner, options),
      list: (prefix) => store.list(prefix),
      delete: (key) => change(key, () => store.delete(key)),
      close: () => store.close(),
    },
    reads,
    knownFor: (maxAgeMs) =>
      readOnlyStore({
        location: reads.location,
        async get(key, options = {}) {
          const known = all.get(key);
          if (known === undefined) all.set(key, { order: 0, at: 0, found: undefined });
          const { mostBytes = Infinity } = options;
          const isFresh = known?.found !== undefined && clock.monotonic() - known.at < maxAgeMs;
          const fits = (known?.found?.object?.body.byteLength ?? 0) <= mostBytes;
          return isFresh && fits ? known.found.object : read(reads, key, options);
        },
        getPart: (key, range) => reads.getPart(key, range),
        list: (prefix) => reads.list(prefix),
        close: () => Promise.resolve(),
      }),
    knownAt: (key) => {
      const known = all.get(key);
      return known?.found === undefined ? undefined : known.at;
    },
    versionOf: (key) => {
      const known = all.get(key);
      return known?.found === undefined ? undefined : known.order;
    },
  };
}
