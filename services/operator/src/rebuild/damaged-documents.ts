import { QueryError, type ObjectStore } from '@client-tickets/micro-batch';

/** A document of the engine as it was found. One that is damaged can be replaced, as nothing but its copy is lost. */
export type FoundDocument<T> =
  { readonly state: 'there'; readonly value: T } | { readonly state: 'lost' } | { readonly state: 'damaged' };

/** Rejects as `read` does, but for documents that are damaged: those of a newer version or of another query are not ours to replace. */
export async function findDocument<T>(read: () => Promise<T | undefined>): Promise<FoundDocument<T>> {
  try {
    const value = await read();
    return value === undefined ? { state: 'lost' } : { state: 'there', value };
  } catch (error) {
    if (error instanceof QueryError && error.code === 'checkpoint_damaged') return { state: 'damaged' };
    throw error;
  }
}

/** Keeps what a damaged document held, as `<key>.damaged`, before it is replaced. Where it lay at that moment: its ETag. */
export async function keepDamaged(store: ObjectStore, key: string): Promise<string | undefined> {
  const object = await store.get(key);
  if (object === undefined) return undefined;
  await store.put(`${key}.damaged`, object.body);
  return object.etag;
}
