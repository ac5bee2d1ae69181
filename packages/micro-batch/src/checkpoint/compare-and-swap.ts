import {
  ObjectStoreError,
  type ConditionalPutResult,
  type ObjectStore,
  type PutOptions,
} from '../ports/object-store.ts';

/**
 * One conditional write whose outcome is always known (of the body; it does not vouch for metadata): the new ETag when the object holds `body`, `undefined` when it
 * does not: another writer was first, or the request was lost on its way. Read the object before going on.
 *
 * 1. Write on the condition: `etag` unchanged, or (`undefined`) no object yet.
 * 2. When the condition failed or no answer came, read back. The same bytes mean that this write, or an equal one, took
 *    effect: a lost answer followed by the store's own retry also ends in "condition failed".
 *
 * A request that was given up may still arrive later; its condition then fails, because the caller went on from a
 * newer ETag. Rejects with `ObjectStoreError` when the store refuses, or when the read-back fails as well.
 */
export async function compareAndSwap(
  store: ObjectStore,
  key: string,
  body: Uint8Array,
  etag: string | undefined,
  options?: PutOptions,
): Promise<ConditionalPutResult> {
  try {
    const result =
      etag === undefined
        ? await store.putIfAbsent(key, body, options)
        : await store.putIfMatch(key, body, etag, options);
    if (result !== undefined) return result;
  } catch (error) {
    if (!(error instanceof ObjectStoreError) || error.code !== 'unavailable') throw error;
  }
  const found = await store.get(key);
  return found !== undefined && Buffer.compare(found.body, body) === 0 ? { etag: found.etag } : undefined;
}
