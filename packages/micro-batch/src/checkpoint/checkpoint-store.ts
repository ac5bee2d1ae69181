import { compareAndSwap } from './compare-and-swap.ts';
import { QueryError } from '../ports/query-error.ts';
import { decodePartitionCheckpoint, encodePartitionCheckpoint } from './partition-checkpoint-format.ts';
import type { PartitionCheckpoint } from './partition-checkpoint.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** A partition checkpoint and the ETag that its next version must replace. */
export interface StoredCheckpoint<State> {
  readonly checkpoint: PartitionCheckpoint<State>;
  readonly etag: string;
}

/** Where partition checkpoints are kept: `<topic>/partition-0.json` under the checkpoint location. */
export interface CheckpointStore<State> {
  readonly location: string;
  /** `undefined`: the partition has no checkpoint yet. Throws `QueryError` when it is damaged, newer or of another query. */
  read(partition: number): Promise<StoredCheckpoint<State> | undefined>;
  /** Replaces the version with this ETag (`undefined`: there is none yet). `undefined`: lost, read again. */
  swap(
    checkpoint: PartitionCheckpoint<State>,
    etag: string | undefined,
  ): Promise<StoredCheckpoint<State> | undefined>;
}

export function partitionCheckpointKey(topic: string, partition: number): string {
  return `${topic}/partition-${partition}.json`;
}

/** Partitions that have a checkpoint, ascending. */
export async function listCheckpoints(
  store: Pick<ObjectStore, 'list'>,
  topic: string,
): Promise<readonly number[]> {
  const partitions: number[] = [];
  for await (const { key } of store.list(`${topic}/partition-`)) {
    const number = /\/partition-(0|[1-9]\d{0,8})\.json$/.exec(key)?.[1];
    if (number !== undefined) partitions.push(Number(number));
  }
  return partitions.sort((a, b) => a - b);
}

export function createCheckpointStore<State>(options: {
  readonly store: ObjectStore;
  readonly topic: string;
  readonly queryId: string;
  readonly parseState: (value: unknown) => State;
}): CheckpointStore<State> {
  const { store, topic, queryId, parseState } = options;
  return {
    location: `${store.location}${topic}/`,
    async read(partition) {
      const key = partitionCheckpointKey(topic, partition);
      const object = await store.get(key);
      if (object === undefined) return undefined;
      const checkpoint = decodePartitionCheckpoint(object.body, `${store.location}${key}`, parseState);
      if (checkpoint.query !== queryId || checkpoint.partition !== partition) {
        throw new QueryError(
          'checkpoint_mismatch',
          `${store.location}${key} belongs to partition ${checkpoint.partition} of query ${checkpoint.query}, ` +
            `not to partition ${partition} of query ${queryId}. Was it copied, or was the query reset meanwhile?`,
        );
      }
      return { checkpoint, etag: object.etag };
    },
    async swap(checkpoint, etag) {
      const key = partitionCheckpointKey(topic, checkpoint.partition);
      const body = encodePartitionCheckpoint(checkpoint);
      const result = await compareAndSwap(store, key, body, etag, { contentType: 'application/json' });
      return result && { checkpoint, etag: result.etag };
    },
  };
}
