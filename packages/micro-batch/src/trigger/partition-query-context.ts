import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts';
import type { BatchHandler } from '../ports/batch-handler.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Rollover } from './rollover.ts';

/** What all partitions of a query share. */
export interface PartitionQueryContext<State> {
  readonly queryId: string;
  readonly topic: string;
  readonly handler: BatchHandler<State>;
  readonly checkpoints: CheckpointStore<State>;
  readonly results: ObjectStore;
  readonly clock: Clock;
  readonly rollover: Rollover;
  /** Where a partition without a checkpoint begins. */
  readonly firstOffset: (partition: number) => Promise<bigint>;
  /** Called when records must come from another position than the one delivered next. */
  readonly seek: (partition: number, offset: bigint) => void;
}

/** ISO 8601, in UTC. */
export function isoNow(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
