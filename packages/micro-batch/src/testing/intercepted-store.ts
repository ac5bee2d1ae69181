import type { ObjectStore } from '../ports/object-store.ts';

/** A request to a store, for instance `putIfMatch letters/partition-0.json`. */
export interface StoreRequest {
  readonly operation:
    | 'get'
    | 'getPart'
    | 'put'
    | 'putIfAbsent'
    | 'putIfMatch'
    | 'list'
    | 'delete'
    | 'write'
    | 'complete'
    | 'abortUploads';
  /** The key, the prefix of a list, or the owner of uploads: of a `write` nothing else is known. */
  readonly key: string;
}

/** Decides what becomes of a request: `send` it now, later, twice or never, and answer it or fail. */
export type Interceptor = <T>(request: StoreRequest, send: () => Promise<T>) => Promise<T>;

/** A store whose every request passes through `intercept` first. */
export function interceptStore(store: ObjectStore, intercept: Interceptor): ObjectStore {
  return {
    location: store.location,
    get: (key, options) => intercept({ operation: 'get', key }, () => store.get(key, options)),
    getPart: (key, range) => intercept({ operation: 'getPart', key }, () => store.getPart(key, range)),
    put: (key, body, options) => intercept({ operation: 'put', key }, () => store.put(key, body, options)),
    putIfAbsent: (key, body, options) =>
      intercept({ operation: 'putIfAbsent', key }, () => store.putIfAbsent(key, body, options)),
    putIfMatch: (key, body, etag, options) =>
      intercept({ operation: 'putIfMatch', key }, () => store.putIfMatch(key, body, etag, options)),
    beginUpload: (options) => {
      const upload = store.beginUpload(options);
      return {
        write: (bytes) => intercept({ operation: 'write', key: options.owner }, () => upload.write(bytes)),
        complete: (key) => intercept({ operation: 'complete', key }, () => upload.complete(key)),
        abort: () => upload.abort(),
      };
    },
    abortUploads: (owner, options) =>
      intercept({ operation: 'abortUploads', key: owner }, () => store.abortUploads(owner, options)),
    async *list(prefix) {
      yield* await intercept({ operation: 'list', key: prefix }, () => Promise.resolve(store.list(prefix)));
    },
    delete: (key) => intercept({ operation: 'delete', key }, () => store.delete(key)),
    close: () => store.close(),
  };
}
