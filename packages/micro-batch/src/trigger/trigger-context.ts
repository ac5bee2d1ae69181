import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Source } from '../ports/source.ts';
import type { TruncationWait } from './data-loss.ts';
import type { LogOffsets } from './log-offsets.ts';
import type { PartitionQuery } from './partition-query.ts';
import type { Wakeup } from './wakeup.ts';

/** What a trigger works with. */
export interface TriggerContext<State> {
  readonly source: Source;
  readonly logOffsets: LogOffsets;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly wakeup: Wakeup;
  readonly limits: TriggerLimits;
  readonly failOnDataLoss: boolean;
  /** How people accept a loss, for the message of a query that stops for one. */
  readonly lossAdvice: string;
  /** False once the partition was lost to another consumer. */
  readonly owns: (query: PartitionQuery<State>) => boolean;
  readonly isStopping: () => boolean;
  /**
   * Whether the next trigger follows at once, so that it is worth planning its batches in the swaps that commit these. `isCut`: this one
   * leaves something to it that was there.
   */
  readonly isNextDue: (isCut: boolean) => boolean;
  /** No batch goes past this position (`availableNow`); `undefined`: the end of the log. */
  readonly target: (query: PartitionQuery<State>) => bigint | undefined;
  /** Whether files that end at this position are to be finished then: nothing of this run comes after it. */
  readonly mustEnd: (query: PartitionQuery<State>, endOffset: bigint) => boolean;
  /** Stops and restarts delivery by what is buffered. */
  readonly regulate: () => void;
  /** Partitions whose log seems to end too early; kept between triggers. */
  readonly truncated: Map<number, TruncationWait>;
}

export interface TriggerLimits {
  readonly maxOffsetsPerTrigger: number;
  /** How much memory records may take that are put into files at once, in all partitions together. */
  readonly maxBytesAtOnce: number;
  /** For how long a batch without a limit may grow until it is counted. */
  readonly countEveryMs: number;
  /** How long a trigger waits for records that the log is known to have. */
  readonly recordsWaitMs: number;
  /** For how long a log must end too early before that is taken for data loss. */
  readonly truncationWaitMs: number;
}
