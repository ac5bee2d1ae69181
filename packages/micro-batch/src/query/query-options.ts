import { QueryError } from '../ports/query-error.ts';
import { LOSS_ADVICE } from '../trigger/data-loss.ts';
import type { BatchHandler } from '../ports/batch-handler.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { QueryListener } from './query-listener.ts';
import type { ResultPublisher } from '../ports/result-publisher.ts';
import type { Source } from '../ports/source.ts';
import type { StartingOffsets } from './starting-offsets.ts';
import { EVERY_BATCH, type Rollover } from '../trigger/rollover.ts';
import type { Trigger } from '../trigger/trigger.ts';

export interface StreamingQueryOptions<State> {
  /** For people; goes into the progress. */
  readonly name: string;
  readonly source: Source;
  readonly handler: BatchHandler<State>;
  readonly publisher: ResultPublisher<State>;
  readonly checkpoints: ObjectStore;
  readonly results: ObjectStore;
  readonly trigger: Trigger;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ids of queries and runs, for instance `crypto.randomUUID`. */
  readonly newId: () => string;
  /** Where a query without checkpoint starts. Default: earliest. */
  readonly startingOffsets?: StartingOffsets;
  /**
   * A hard limit over all partitions of this consumer; 0: none, so a trigger takes what was there when it began, as Spark's does. Default: 0.
   */
  readonly maxOffsetsPerTrigger?: number;
  /** About how much of a batch may be in memory at once; as much again is read ahead. Default: 4 MiB. */
  readonly maxBytesAtOnce?: number;
  /**
   * For how long a batch without a limit may grow. What was there and is not in it by then comes in the next one, at once: readers see a
   * backlog shrink, and a crash has little read again. Default: half a second.
   */
  readonly countEveryMs?: number;
  /** When result files are finished. Default: with every batch. */
  readonly rollover?: Rollover;
  /** How long nothing must have come for a partition until it is idle (`BatchHandler.advance`). Default: 1 minute. */
  readonly idleMs?: number;
  /** Stop when records were lost before they were read. Default: true. */
  readonly failOnDataLoss?: boolean;
  /** How people accept a loss here, for the message of a query that stops for one: `tool accept does`. Default: by `failOnDataLoss`. */
  readonly lossAdvice?: string;
  readonly listener?: QueryListener;
  /** How long a store or the brokers may be away before the query fails. Default: 5 minutes. */
  readonly outageTimeoutMs?: number;
  /** How long a trigger waits for records that the log is known to have. Default: 1 second. */
  readonly recordsWaitMs?: number;
  /** How long a log must end before the checkpoint until that is data loss and not a change of leader. Default: 5 seconds. */
  readonly truncationWaitMs?: number;
  /** How long others may read nothing of the partitions that they own: to `availableNow`, and until it is reported. Default: 1 minute. */
  readonly othersWaitMs?: number;
}

const DEFAULTS = {
  startingOffsets: { kind: 'earliest' },
  maxOffsetsPerTrigger: 0,
  maxBytesAtOnce: 4 * 1024 * 1024,
  countEveryMs: 500,
  rollover: EVERY_BATCH,
  idleMs: 60_000,
  failOnDataLoss: true,
  lossAdvice: LOSS_ADVICE,
  listener: {},
  outageTimeoutMs: 300_000,
  recordsWaitMs: 1_000,
  truncationWaitMs: 5_000,
  othersWaitMs: 60_000,
} as const;

export type ResolvedQueryOptions<State> = Required<StreamingQueryOptions<State>>;

/** Throws `QueryError` `settings`, which names every option that can't be meant, and what it holds. */
export function resolveQueryOptions<State>(
  options: StreamingQueryOptions<State>,
): ResolvedQueryOptions<State> {
  const given = { ...DEFAULTS, ...options };
  const { maxOffsetsPerTrigger, maxBytesAtOnce, trigger } = given;
  // Where triggers are as far apart as that, each finds files that are due.
  const isSlow = trigger.kind === 'interval' && trigger.everyMs >= given.rollover.intervalMs;
  const rollover = { ...given.rollover, ...(isSlow ? { intervalMs: 0 } : {}) };
  const resolved = { ...given, rollover };
  const times = {
    outageTimeoutMs: resolved.outageTimeoutMs,
    countEveryMs: resolved.countEveryMs,
    recordsWaitMs: resolved.recordsWaitMs,
    truncationWaitMs: resolved.truncationWaitMs,
    othersWaitMs: resolved.othersWaitMs,
    idleMs: resolved.idleMs,
    'rollover.intervalMs': rollover.intervalMs,
    'rollover.inactivityMs': rollover.inactivityMs,
    ...(trigger.kind === 'interval' ? { 'trigger.everyMs': trigger.everyMs } : {}),
  };
  const problems = [
    ...(Number.isSafeInteger(maxOffsetsPerTrigger) && maxOffsetsPerTrigger >= 0
      ? []
      : [`maxOffsetsPerTrigger: expected a whole number, 0 for no limit, found ${maxOffsetsPerTrigger}`]),
    ...(maxBytesAtOnce > 0 ? [] : [`maxBytesAtOnce: expected more than 0, found ${maxBytesAtOnce}`]),
    ...(rollover.bytes > 0 ? [] : [`rollover.bytes: expected more than 0, found ${rollover.bytes}`]),
    ...Object.entries(times).flatMap(([name, ms]) =>
      ms >= 0 ? [] : [`${name}: expected milliseconds, 0 or more, found ${ms}`],
    ),
  ];
  if (problems.length > 0) throw new QueryError('settings', problems.join('; '));
  return Object.freeze(resolved);
}
