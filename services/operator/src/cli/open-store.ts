import { existsSync } from 'node:fs';
import type { ListedObject, ObjectStore } from '@client-tickets/micro-batch';
import { openObjectStore, readOnlyStore, type Location, type S3Options } from '@client-tickets/object-store';
import type { StoreMode } from './operator-context.ts';

export async function openStore(location: Location, mode: StoreMode, s3: S3Options): Promise<ObjectStore> {
  if (mode === 'read-if-there' && location.kind === 'folder' && !existsSync(location.path)) {
    return readOnlyStore({
      location: location.text,
      get: () => Promise.resolve(undefined),
      list: nothing,
      close: () => Promise.resolve(),
    });
  }
  return await openObjectStore(location, { s3, readOnly: mode !== 'write' });
}

async function* nothing(): AsyncIterable<ListedObject> {}
