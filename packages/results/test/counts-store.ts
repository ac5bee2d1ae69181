import { createHash } from 'node:crypto';
import {
  ObjectStoreError,
  type ConditionalPutResult,
  type ObjectStore,
  type PutOptions,
  type StoredObject,
} from '@client-tickets/micro-batch';

/** What becomes of a conditional write: `late` is a write that is given up and arrives after its caller has given up. */
export type Fate = 'answered' | 'answer lost' | 'request lost' | 'late';

/** Waits, as long as a test wants, before an effect takes place. */
export type Pause = (label: string) => Promise<unknown>;

export interface SharedObjects {
  readonly objects: Map<string, StoredObject>;
  /** Everything that a reader could have seen, in order. */
  readonly history: { readonly key: string; readonly object: StoredObject }[];
}

/**
 * S3 as far as counts need it. As there, an ETag is made of the bytes alone: two versions with the same bytes and other
 * metadata have the same one.
 */
export function createCountsStore(
  shared: SharedObjects,
  pause: Pause = () => Promise.resolve(),
  nextFate: () => Fate = () => 'answered',
): ObjectStore {
  async function putIf(
    holds: (current: StoredObject | undefined) => boolean,
    key: string,
    body: Uint8Array,
    options: PutOptions = {},
  ): Promise<ConditionalPutResult> {
    const arrive = async (): Promise<ConditionalPutResult> => {
      await pause(`write ${key}`);
      if (!holds(shared.objects.get(key))) return undefined;
      const etag = createHash('md5').update(body).digest('hex');
      const object = { body, etag, metadata: options.metadata ?? {} };
      shared.objects.set(key, object);
      shared.history.push({ key, object });
      return { etag };
    };
    const fate = nextFate();
    if (fate === 'answered') return arrive();
    if (fate === 'answer lost') await arrive();
    if (fate === 'late') void arrive();
    await pause(`time-out ${key}`);
    throw new ObjectStoreError('unavailable', fate);
  }

  const unused = (): never => {
    throw new Error('counts are published by get and conditional puts alone');
  };
  return {
    location: 'memory://results/',
    async get(key) {
      await pause(`read ${key}`);
      return shared.objects.get(key);
    },
    putIfAbsent: (key, body, options) => putIf((current) => current === undefined, key, body, options),
    putIfMatch: (key, body, etag, options) => putIf((current) => current?.etag === etag, key, body, options),
    getPart: unused,
    put: unused,
    list: unused,
    delete: unused,
    beginUpload: () => ({ write: unused, complete: unused, abort: unused }),
    abortUploads: unused,
    close: () => Promise.resolve(),
  };
}
