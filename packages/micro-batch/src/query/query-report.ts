import type { PartitionQuery } from '../trigger/partition-query.ts';
import { buildProgress, type QueryProgress } from '../trigger/progress.ts';
import { dueAt } from '../trigger/rollover.ts';
import type { StoredFilesOf, TriggerOutcome } from '../trigger/run-trigger.ts';
import type { PartitionOffsets } from '../ports/source.ts';
import type { ResolvedQueryOptions } from './query-options.ts';
import type { PartitionStatus, QueryState, QueryStatus } from './query-status.ts';

/** When the steps of a trigger happened, in the monotonic time of the clock. */
export interface TriggerTimes {
  readonly startedAt: number;
  /** ISO 8601, of the start. */
  readonly timestamp: string;
  /** The start of the trigger before; `undefined`: this is the first one. */
  readonly previousAt: number | undefined;
  /** How long publishing took, in milliseconds. */
  readonly publishing: number;
}

const WARN_EVERY_MS = 60_000;

/** What is known of partitions at this moment: the owned ones, and those of others that are not read on. */
interface KnownPartitions<State> extends Pick<QueryStatus, 'assigned' | 'unread'> {
  readonly queries: readonly PartitionQuery<State>[];
}

/** What a query tells of itself: its status at any time, and its progress after each trigger. */
export class QueryReport<State> {
  readonly runId: string;
  readonly #options: ResolvedQueryOptions<State>;
  readonly #partitions: () => KnownPartitions<State>;
  #queryId: string | undefined;
  #state: QueryState = 'starting';
  #message = 'opening the checkpoint';
  #errorCode: QueryStatus['errorCode'];
  #log: ReadonlyMap<number, PartitionOffsets> = new Map();
  #lastTriggerAt: number | undefined;
  #lastProgress: QueryProgress | undefined;
  #warnedAt = -Infinity;

  constructor(options: ResolvedQueryOptions<State>, runId: string, partitions: () => KnownPartitions<State>) {
    this.#options = options;
    this.runId = runId;
    this.#partitions = partitions;
  }

  opened(queryId: string): void {
    this.#queryId = queryId;
  }

  /** Tells the listener of a new state or message. The states that a query ends in are the last. */
  enter(state: QueryState, message: string, errorCode?: QueryStatus['errorCode']): void {
    // What was abandoned may still go on for a while; its outcome is of no interest.
    if (this.#state === 'stopped' || this.#state === 'failed') return;
    if (state === this.#state && message === this.#message) return;
    this.#errorCode = errorCode;
    this.#state = state;
    this.#message = message;
    this.#options.listener.onStatus?.(this.status());
  }

  /** A trigger went through, whether or not there was something to do. */
  triggered(): void {
    this.#lastTriggerAt = this.#options.clock.now();
  }

  /** Where the partitions' logs begin and end, as a trigger has just read it. */
  sawLog(log: ReadonlyMap<number, PartitionOffsets>): void {
    this.#log = log;
  }

  /** Tells the listener of files that can be seen now. */
  stored(stored: readonly StoredFilesOf[]): void {
    for (const { partition, files } of stored) this.#options.listener.onFiles?.(partition, files);
  }

  /** Tells the listener of batches that were counted, of which there is one at least. */
  counted({ counted, durationMs }: TriggerOutcome, times: TriggerTimes): void {
    const { name, source, results, clock, listener } = this.#options;
    this.#warnOfForced(counted);
    for (const { partition, batch, progress } of counted) listener.onBatch?.(partition, batch, progress);
    const triggerExecution = clock.monotonic() - times.startedAt;
    this.#lastProgress = buildProgress({
      id: this.#queryId ?? '',
      runId: this.runId,
      name,
      timestamp: times.timestamp,
      batchId: Math.max(...counted.map(({ batch }) => batch.batchId)),
      topic: source.topic,
      sourceDescription: source.description,
      sinkDescription: results.location,
      sincePreviousMs: times.startedAt - (times.previousAt ?? times.startedAt - triggerExecution),
      durationMs: {
        ...durationMs,
        commitOffsets: durationMs.commitOffsets + times.publishing,
        triggerExecution,
      },
      partitions: counted.map(({ progress }) => progress),
    });
    listener.onProgress?.(this.#lastProgress);
  }

  /** Once a minute at the most: where times are random, each batch closes some. */
  #warnOfForced(counted: TriggerOutcome['counted']): void {
    const { clock, logger } = this.#options;
    const forced = counted.flatMap(({ partition, progress: { events } }) =>
      events === undefined || events.forced === 0 ? [] : [{ partition, windows: events.forced }],
    );
    if (forced.length === 0 || clock.monotonic() - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = clock.monotonic();
    logger.warn(
      { forced },
      'too many windows were open, so the oldest were closed before their time, and what comes for them is late: ' +
        'are the times of these records right, or is the delay of the watermark too long?',
    );
  }

  status(): QueryStatus {
    const { name, source } = this.#options;
    const { assigned, queries, unread } = this.#partitions();
    const owned = new Set(queries.map(({ partition }) => partition));
    return {
      id: this.#queryId,
      runId: this.runId,
      name,
      topic: source.topic,
      state: this.#state,
      message: this.#message,
      errorCode: this.#errorCode,
      assigned,
      partitions: queries.map((query) =>
        partitionStatus(query, this.#options, this.#log.get(query.partition)),
      ),
      unread: unread.filter(({ partition }) => !owned.has(partition)),
      lastTriggerAt: this.#lastTriggerAt,
      lastProgress: this.#lastProgress,
    };
  }
}

/** `log` is what was last read of the partition's log. */
function partitionStatus<State>(
  { partition, checkpoint, buffer, openBytes, oldestUncountedAt }: PartitionQuery<State>,
  { rollover, handler }: Pick<ResolvedQueryOptions<State>, 'rollover' | 'handler'>,
  log: PartitionOffsets | undefined,
): PartitionStatus {
  const { firstOffset, counted, stored, openSince, planned, gaps } = checkpoint;
  const waiting = log === undefined ? undefined : log.latest - counted.endOffset;
  const times = openSince !== null && {
    openSince: Date.parse(openSince),
    countedAt: Date.parse(counted.at),
  };
  return {
    partition,
    firstOffset,
    countedOffset: counted.endOffset,
    storedOffset: stored.endOffset,
    openSince,
    openBytes,
    openUntil: times === false ? undefined : dueAt(rollover, times),
    batchId: counted.batchId,
    planned,
    earliestOffset: log?.earliest,
    latestOffset: log?.latest,
    oldestUncountedAt,
    lag: waiting === undefined || waiting > 0n ? waiting : 0n,
    totals: counted.totals,
    storedTotals: stored.totals,
    gaps,
    eventTime: handler.eventTimeOf?.(counted.state),
    bufferedBytes: buffer.bytes,
  };
}
