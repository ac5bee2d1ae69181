import { ObjectStoreError, type Clock, type Logger, type ObjectStore } from '@client-tickets/micro-batch';
import {
  openObjectStore,
  probeConditionalWrites,
  type Location,
  type RequestEvent,
  type S3Options,
} from '@client-tickets/object-store';

export interface StoreOptions {
  readonly results: Location;
  readonly checkpoints: Location;
  readonly s3: S3Options;
  readonly onRequest: (event: RequestEvent) => void;
  readonly logger: Logger;
}

export interface Stores {
  readonly results: ObjectStore;
  readonly checkpoints: ObjectStore;
  close(): Promise<void>;
}

/** Opens both locations; S3 is not spoken to yet. */
export async function openStores({ results, checkpoints, ...options }: StoreOptions): Promise<Stores> {
  const resultStore = await openObjectStore(results, options);
  const checkpointStore = await openObjectStore(checkpoints, options);
  return {
    results: resultStore,
    checkpoints: checkpointStore,
    async close() {
      await resultStore.close();
      await checkpointStore.close();
    },
  };
}

const PAUSE_MS = 1_000;

/** Whether both are prefixes of one S3 bucket, which takes the writes of either in the same way. */
export function isSameBucket(a: ObjectStore, b: ObjectStore): boolean {
  const bucketOf = ({ location }: ObjectStore): string => new URL(location).host; // a folder has none
  return bucketOf(a) !== '' && bucketOf(a) === bucketOf(b);
}

/**
 * Waits until a store answers and has shown that it keeps conditional writes, with races (`hasRaces`) or without. Rejects with `ObjectStoreError`: `refused` at
 * once, `unavailable` when it has not answered for `timeoutMs`.
 */
export async function waitForStore(
  store: ObjectStore,
  options: {
    readonly clock: Clock;
    readonly logger: Logger;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
    readonly hasRaces: boolean;
  },
): Promise<void> {
  const { clock, logger, timeoutMs, signal, hasRaces } = options;
  const deadline = clock.monotonic() + timeoutMs;
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      await probeConditionalWrites(store, { hasRaces });
      return;
    } catch (error) {
      if (!(error instanceof ObjectStoreError) || error.code !== 'unavailable') throw error;
      if (clock.monotonic() >= deadline) {
        throw new ObjectStoreError(
          'unavailable',
          `${store.location} did not answer for ${timeoutMs / 1000} s: ${error.message}`,
          { cause: error },
        );
      }
      if (attempt === 1)
        logger.warn({ location: store.location, err: error }, 'waiting for the object store');
      await clock.sleep(PAUSE_MS, signal);
    }
  }
}
