import {
  createCheckpointStore,
  listCheckpoints,
  QueryError,
  type ObjectStore,
  type QueryIdentity,
  type StoredCheckpoint,
} from '@client-tickets/micro-batch';
import type { QueryState } from '@client-tickets/records';

/** All partition checkpoints of a query, each as it was at one moment. */
export interface CheckpointSnapshot<State = QueryState> {
  readonly partitions: ReadonlyMap<number, StoredCheckpoint<State>>;
  /** Those that can't be read, and why. */
  readonly unreadable: ReadonlyMap<number, QueryError>;
}

export async function readSnapshot<State>(
  checkpoints: ObjectStore,
  { id, topic }: Pick<QueryIdentity, 'id' | 'topic'>,
  parseState: (value: unknown) => State,
): Promise<CheckpointSnapshot<State>> {
  const store = createCheckpointStore({
    store: checkpoints,
    topic,
    queryId: id,
    parseState,
  });
  const partitions = new Map<number, StoredCheckpoint<State>>();
  const unreadable = new Map<number, QueryError>();
  for (const partition of await listCheckpoints(checkpoints, topic)) {
    try {
      const stored = await store.read(partition);
      if (stored !== undefined) partitions.set(partition, stored);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      unreadable.set(partition, error);
    }
  }
  return { partitions, unreadable };
}
