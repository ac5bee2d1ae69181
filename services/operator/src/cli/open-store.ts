import { existsSync } from 'node:fs';
import { readOnlyStore, type ListedObject, type ObjectStore } from '@client-tickets/micro-batch';
import { openObjectStore, type Location, type S3Options } from '@client-tickets/object-store';
import type { StoreMode } from './operator-context.ts';

/** `mostBytes`: of an object that is read; the rest of a planted one must not cost the memory of who looks at it. */
export async function openStore(
  location: Location,
  mode: StoreMode,
  { s3, mostBytes }: { readonly s3: S3Options; readonly mostBytes: number },
): Promise<ObjectStore> {
  if (mode === 'read-if-there' && location.kind === 'folder' && !existsSync(location.path)) {
    return readOnlyStore({
      location: location.text,
      get: () => Promise.resolve(undefined),
      getPart: () => Promise.resolve(undefined),
      list: nothing,
      close: () => Promise.resolve(),
    });
  }
  const store = await openObjectStore(location, { s3, readOnly: mode !== 'write' });
  return { ...store, get: (key, options) => store.get(key, { mostBytes, ...options }) };
}

async function* nothing(): AsyncIterable<ListedObject> {}
