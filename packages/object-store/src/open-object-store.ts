import { readOnlyStore, type Logger, type ObjectStore } from '@client-tickets/micro-batch';
import { openFolderReader, openFolderStore } from './folder/folder-store.ts';
import { parseLocation, type Location } from './location.ts';
import type { RequestOptions } from './request-loop.ts';
import type { S3Options } from './s3/s3-client.ts';

export interface OpenOptions extends RequestOptions {
  /** Told when opening a folder takes a while. Default: silent. */
  readonly logger?: Logger;
  /** Look only: writes are refused, and a folder is not locked. Default false. */
  readonly readOnly?: boolean;
  /** For `s3://` locations. Default: AWS itself, with the keys that its SDK finds; an endpoint is never looked up. */
  readonly s3?: S3Options;
}

/**
 * Opens the store of a location: a text as users write it (see `parseLocation`) or one already parsed. A folder is made and
 * locked; S3 is not spoken to before the first call. Close it at the end.
 *
 * Rejects with `ObjectStoreError` (`refused`): no such location, a folder that another process has or that can't be written.
 */
export async function openObjectStore(
  at: string | Location,
  options: OpenOptions = {},
): Promise<ObjectStore> {
  const { readOnly = false, s3 = {}, ...requestOptions } = options;
  const location = typeof at === 'string' ? parseLocation(at) : at;
  if (location.kind === 's3') {
    // The AWS SDK takes a while to load; a run on local folders goes without.
    const { openS3Store } = await import('./s3/s3-store.ts');
    const store = openS3Store(location, { ...s3, ...requestOptions });
    return readOnly ? readOnlyStore(store) : store;
  }
  if (readOnly) return readOnlyStore(await openFolderReader(location, requestOptions));
  return openFolderStore(location, requestOptions);
}
