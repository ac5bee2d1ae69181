import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts';
import type { PartitionCheckpoint } from '../checkpoint/partition-checkpoint.ts';
import type { PartitionQuery } from '../trigger/partition-query.ts';
import type { CountedState, CountedStates } from '../ports/result-publisher.ts';

/** The states of all partitions: the owned ones from memory, the others from the store, which costs one GET each. */
export function countedStates<State>(
  checkpoints: CheckpointStore<State>,
  owned: readonly PartitionQuery<State>[],
  listPartitions: () => Promise<readonly number[]>,
): CountedStates<State> {
  const known = new Map(
    owned.filter((query) => query.isStored).map((query) => [query.partition, stateOf(query.checkpoint)]),
  );

  const read = async (partitions: readonly number[]): Promise<Map<number, CountedState<State>>> => {
    const found = await Promise.all(partitions.map((partition) => checkpoints.read(partition)));
    return new Map(
      found.flatMap((stored) =>
        stored === undefined ? [] : [[stored.checkpoint.partition, stateOf(stored.checkpoint)]],
      ),
    );
  };
  let listed: Promise<readonly number[]> | undefined;
  const list = (): Promise<readonly number[]> => (listed = listPartitions());
  return {
    async read() {
      const all = await list();
      const others = await read(all.filter((partition) => !known.has(partition)));
      for (const [partition, state] of known) others.set(partition, state);
      return others;
    },
    listPartitions: () => listed ?? list(), // as the last call found them
    refresh: async () => read(await list()),
  };
}

function stateOf<State>({ counted, stored }: PartitionCheckpoint<State>): CountedState<State> {
  return { endOffset: counted.endOffset, storedOffset: stored.endOffset, state: counted.state };
}
