import { ObjectStoreError, type ObjectStore } from './object-store.ts';

export type StoreReader = Pick<ObjectStore, 'location' | 'get' | 'getPart' | 'list' | 'close'>;

/** For code that only reads: every write is refused. */
export function readOnlyStore(reader: StoreReader): ObjectStore {
  const refuse = async (key: string): Promise<never> => {
    throw new ObjectStoreError(
      'refused',
      `${reader.location} was opened to read only; ${key} was not touched.`,
    );
  };
  return {
    location: reader.location,
    get: (key, options) => reader.get(key, options),
    getPart: (key, range) => reader.getPart(key, range),
    list: (prefix) => reader.list(prefix),
    close: () => reader.close(),
    put: refuse,
    putIfAbsent: refuse,
    putIfMatch: refuse,
    delete: refuse,
    beginUpload: () => ({ write: () => refuse('nothing'), complete: refuse, abort: () => Promise.resolve() }),
    abortUploads: () => refuse('nothing'),
  };
}
