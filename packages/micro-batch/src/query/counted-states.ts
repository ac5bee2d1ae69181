import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts';
import type { PartitionCheckpoint } from '../checkpoint/partition-checkpoint.ts';
import type { KnownPartitions } from './known-partitions.ts';
import type { PartitionQuery } from '../trigger/partition-query.ts';
import type { CountedState, CountedStates } from '../ports/result-publisher.ts';

/**
 * The states of all partitions: the owned ones from memory, the others from the store, which costs one GET each. A partition that
 * was added within the last second may be missing from `read`; where it is published already, `refresh` finds it.
 */
export function countedStates<State>(
  checkpoints: CheckpointStore<State>,
  owned: readonly PartitionQuery<State>[],
  partitions: KnownPartitions,
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
  return {
    async read() {
      const all = await partitions.list({ mayBeOld: true });
      const others = await read(all.filter((partition) => !known.has(partition)));
      for (const [partition, state] of known) others.set(partition, state);
      return others;
    },
    listPartitions: (when) => partitions.list({ mayBeOld: when !== 'now' }),
    refresh: async () => read(await partitions.list({ mayBeOld: false })),
  };
}

function stateOf<State>({ counted, stored }: PartitionCheckpoint<State>): CountedState<State> {
  return { endOffset: counted.endOffset, storedOffset: stored.endOffset, state: counted.state };
}
