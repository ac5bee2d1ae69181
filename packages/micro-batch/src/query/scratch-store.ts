import {
  partOf,
  type ConditionalPutResult,
  type ObjectStore,
  type PutOptions,
  type StoredObject,
} from '../ports/object-store.ts';

/** A store that reads through to another one and keeps what is written to itself, for a look at what would happen. */
export function scratchStore(store: ObjectStore): ObjectStore {
  /** `undefined`: deleted. */
  const written = new Map<string, StoredObject | undefined>();
  let writes = 0;
  const read = (key: string): Promise<StoredObject | undefined> =>
    written.has(key) ? Promise.resolve(written.get(key)) : store.get(key);
  const write = (key: string, body: Uint8Array, options?: PutOptions): { readonly etag: string } => {
    const etag = `"scratch-${++writes}"`;
    written.set(key, { body, etag, metadata: options?.metadata ?? {} });
    return { etag };
  };
  const writeIf = async (
    condition: (found: StoredObject | undefined) => boolean,
    key: string,
    body: Uint8Array,
    options?: PutOptions,
  ): Promise<ConditionalPutResult> => (condition(await read(key)) ? write(key, body, options) : undefined);
  return {
    location: store.location,
    get: read,
    getPart: async (key, range) =>
      written.has(key) ? partOf(written.get(key), range) : store.getPart(key, range),
    async put(key, body, options) {
      write(key, body, options);
    },
    putIfAbsent: (key, body, options) => writeIf((found) => found === undefined, key, body, options),
    putIfMatch: (key, body, etag, options) => writeIf((found) => found?.etag === etag, key, body, options),
    beginUpload: () => {
      throw new RangeError('a look at what would happen writes no files');
    },
    abortUploads: () => Promise.resolve(),
    async *list(prefix) {
      const added = [...written]
        .flatMap(([key, object]) => (object === undefined ? [] : [{ key, size: object.body.byteLength }]))
        .filter(({ key }) => key.startsWith(prefix))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
      for await (const kept of store.list(prefix)) {
        while (added[0] !== undefined && added[0].key < kept.key) yield* added.splice(0, 1);
        if (!written.has(kept.key)) yield kept;
      }
      yield* added;
    },
    async delete(key) {
      written.set(key, undefined);
    },
    close: () => Promise.resolve(),
  };
}
