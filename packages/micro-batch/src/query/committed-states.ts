import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts';
import type { PartitionQuery } from '../trigger/partition-query.ts';
import type { CommittedState, CommittedStates } from '../ports/result-publisher.ts';

/** The states of all partitions: the owned ones from memory, the others from the store, which costs one GET each. */
export function committedStates<State>(
  checkpoints: CheckpointStore<State>,
  owned: readonly PartitionQuery<State>[],
  listPartitions: () => Promise<readonly number[]>,
): CommittedStates<State> {
  const known = new Map(
    owned.filter((query) => query.isStored).map((query) => [query.partition, query.checkpoint]),
  );

  const read = async (partitions: readonly number[]): Promise<Map<number, CommittedState<State>>> => {
    const found = await Promise.all(partitions.map((partition) => checkpoints.read(partition)));
    return new Map(
      found.flatMap((stored) =>
        stored === undefined ? [] : [[stored.checkpoint.partition, stored.checkpoint.committed]],
      ),
    );
  };
  return {
    async read() {
      const all = await listPartitions();
      const others = await read(all.filter((partition) => !known.has(partition)));
      for (const [partition, { committed }] of known) others.set(partition, committed);
      return others;
    },
    refresh: async () => read(await listPartitions()),
  };
}
