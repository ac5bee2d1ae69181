import type { StoredFiles } from '../checkpoint/partition-checkpoint.ts';
import type { ObjectStoreError } from '../ports/object-store.ts';
import type { OffsetRange } from '../ports/offset-range.ts';
import type { PartitionOffsets } from '../ports/source.ts';
import { max, min } from './bigints.ts';
import type { CountedPart, MustEnd } from './count-next.ts';
import { growBatches } from './grow-batches.ts';
import { inspectLog } from './inspect-log.ts';
import type { PartitionQuery } from './partition-query.ts';
import { planBatches, type BatchCandidate } from './plan-batches.ts';
import type { PartitionProgress, Phase } from './progress.ts';
import { settleAll, type Each } from './settle-all.ts';
import type { TriggerContext } from './trigger-context.ts';
import { waitForRecords } from './wait-for-records.ts';

export interface TriggerOutcome {
  readonly counted: readonly CountedBatchOf[];
  readonly stored: readonly StoredFilesOf[];
  readonly durationMs: Readonly<Record<Phase, number>>;
  readonly log: ReadonlyMap<number, PartitionOffsets>;
  /** More was there when the trigger began, and is to be taken at once. */
  readonly isCut: boolean;
  /** A store that did not answer. What could be done without it is done. */
  readonly failure: ObjectStoreError | undefined;
}

export interface CountedBatchOf {
  readonly partition: number;
  readonly batch: CountedPart;
  readonly progress: PartitionProgress;
}

export interface StoredFilesOf {
  readonly partition: number;
  readonly files: StoredFiles;
}

/**
 * One trigger over all owned partitions. Each phase runs for all of them at once and ends before the next begins, so that
 * the durations mean what Spark's mean; a partition whose store does not answer drops out and the others go on.
 *
 * 1. `latestOffset`: where the log begins and ends, data loss, and how many offsets each partition may take.
 * 2. `getBatch`: wait until the records are in memory, as many as may be there at once. Batches are cut from what was read, never on
 *    hope, so a slow partition does not hold up the others. What is counted and not stored is put into the open files again.
 * 3. `addBatch`: fill the batch into the open files; what does not fit into memory at once is waited for and added, 2. and 3. in turn.
 * 4. `walCommit`: swap it in as counted, with the plan of the files if they are due. 5. `addBatch` again, where there is a plan: make
 *    its files visible. 6. `commitOffsets`: swap them in as stored, and with them the batch of the next trigger, where that is due
 *    already and so are its files; 3. and 4. have nothing to do then.
 *
 * In a backlog the next batch is filled while this one's checkpoint is swapped, or its files are written.
 */
export async function runTrigger<State>(
  context: TriggerContext<State>,
  queries: readonly PartitionQuery<State>[],
  turn: number,
): Promise<TriggerOutcome> {
  const failures: ObjectStoreError[] = [];
  const durationMs = { latestOffset: 0, getBatch: 0, walCommit: 0, addBatch: 0, commitOffsets: 0 };
  const timed = async <T>(phase: Phase, work: () => Promise<T>): Promise<T> => {
    const start = context.clock.monotonic();
    const result = await work();
    durationMs[phase] += context.clock.monotonic() - start;
    return result;
  };
  const each: Each = (items, work) => settleAll(items, work, failures);

  const startedAt = context.clock.monotonic();
  const { log, ready, ending } = await timed('latestOffset', () => inspectLog(context, queries, each));
  const ends = endBatches(context, ready, { log, turn, taken: takenOfThis });
  // A share of all partitions, as their buffers have it: a buffer that is full is paused, and would be waited for in vain.
  const maxBytes = context.limits.maxBytesAtOnce / Math.max(1, queries.length);
  const unfilled = ready.filter((query) => query.filled.length === 0);
  await timed('getBatch', () => waitForRecords({ context, ready: unfilled, ends, maxBytes, each }));

  const batchId = nextBatchId(queries);
  const mustEnd =
    (query: PartitionQuery<State>): MustEnd =>
    (endOffset) =>
      ending.has(query) || context.mustEnd(query, endOffset);
  const counted: CountedBatchOf[] = [];
  const add = (query: PartitionQuery<State>, batch: CountedPart | undefined): void => {
    if (batch === undefined) return;
    counted.push({ partition: query.partition, batch, progress: partitionProgress(query, batch, log) });
  };

  const filled = await timed('addBatch', () =>
    each(ready, async (query) => {
      if (!query.isWhole) return [];
      const isFree = query.checkpoint.planned === null && query.filled.length === 0;
      const end = min(ends.get(query.partition) ?? 0n, query.buffer.endWithin(maxBytes));
      const isNext = isFree && end > query.checkpoint.counted.endOffset;
      if (isNext && !context.isStopping() && context.owns(query)) query.fill(end);
      await query.filled[0]?.handled.catch(() => undefined); // heard of when it is counted
      return [query];
    }),
  );

  const growing = { context, queries: filled.flat(), ends, maxBytes, startedAt, each, timed };
  const isCut = await growBatches(growing);

  // Where batches of the next trigger may end, if that is due already. One that could still grow until then is better left to grow.
  const aheadEnds = context.isNextDue(isCut)
    ? endBatches(context, filled.flat(), { log, turn: turn + 1, taken: nothing })
    : undefined;
  const fillAhead = (query: PartitionQuery<State>): void => {
    const from = query.buffer.startOffset;
    const end = min(aheadEnds?.get(query.partition) ?? 0n, query.buffer.endWithin(maxBytes));
    const isFull = end < query.buffer.endOffset;
    const isFree = query.filled.length <= (query.checkpoint.planned === null ? 1 : 0);
    if (isFull && end > from && isFree && query.isWhole && context.owns(query)) query.fill(end);
  };
  const planned = await timed('walCommit', () =>
    each(filled.flat(), async (query) => {
      if (query.checkpoint.planned !== null) {
        add(query, query.takeCountedAhead());
        return [query];
      }
      const done = await query.count(batchId, mustEnd(query), () => fillAhead(query));
      add(query, done?.part);
      return done?.outcome === 'done' && query.checkpoint.planned !== null ? [query] : [];
    }),
  );

  const written = await timed('addBatch', () =>
    each(planned.flat(), async (query) => {
      if (!query.isWhole) return []; // lost meanwhile
      const writing = query.write();
      fillAhead(query);
      await writing;
      return [query];
    }),
  );

  // Asked again: what has come meanwhile belongs to the next batch as well, where it was not worth filling ahead.
  const nextEnds = context.isNextDue(isCut)
    ? endBatches(context, written.flat(), { log, turn: turn + 1, taken: takenOfNext })
    : undefined;
  const stored = await timed('commitOffsets', () =>
    each(written.flat(), async (query) => {
      const isNext = nextEnds !== undefined && !context.isStopping() && context.owns(query);
      const nextEnd = nextEnds?.get(query.partition) ?? 0n;
      const end = min(nextEnd, query.buffer.endWithin(maxBytes));
      if (isNext && query.filled.length === 0 && end > query.checkpoint.counted.endOffset) query.fill(end);
      const isAll = query.buffer.startOffset >= nextEnd; // a batch that is to grow is counted when it has
      const { files } = await query.store(
        isNext && isAll ? { batchId: batchId + 1, mustEnd: mustEnd(query) } : undefined,
      );
      return files === undefined ? [] : [{ partition: query.partition, files }];
    }),
  );
  return { counted, stored: stored.flat(), durationMs, log, isCut, failure: failures[0] };
}

/** What a partition has of a trigger already, and whether it may have more. */
type Taken = Pick<BatchCandidate, 'takenOffsets' | 'mayGrow'>;

/** Where batches may end that begin, or go on, where the last ones end that were filled. */
function endBatches<State>(
  { limits, target }: TriggerContext<State>,
  queries: readonly PartitionQuery<State>[],
  options: {
    readonly log: ReadonlyMap<number, PartitionOffsets>;
    readonly turn: number;
    readonly taken: (query: PartitionQuery<State>) => Taken;
  },
): ReadonlyMap<number, bigint> {
  const { log, turn, taken } = options;
  const candidates = queries.map((query) => {
    const { partition, buffer, checkpoint } = query;
    const latest = max(log.get(partition)?.latest ?? 0n, buffer.endOffset); // what was read is there
    const startOffset = max(checkpoint.counted.endOffset, buffer.startOffset);
    const limitOffset = min(latest, target(query) ?? latest);
    return { partition, startOffset, limitOffset, ...taken(query) };
  });
  return planBatches(candidates, limits.maxOffsetsPerTrigger, turn);
}

const nothing = (): Taken => ({ takenOffsets: 0n, mayGrow: true });

/** A batch that was counted ahead, or waits to be counted; nothing, where files have to be made first that others have counted. */
function takenOfThis<State>({ countedAhead, filled, checkpoint }: PartitionQuery<State>): Taken {
  const isPlanned = checkpoint.planned !== null;
  return { takenOffsets: sizeOf(countedAhead ?? filled[0]), mayGrow: !isPlanned && filled.length <= 1 };
}

function takenOfNext<State>({ filled }: PartitionQuery<State>): Taken {
  return { takenOffsets: sizeOf(filled[0]), mayGrow: true };
}

function sizeOf(range: OffsetRange | undefined): bigint {
  return range === undefined ? 0n : range.endOffset - range.startOffset;
}

/** Batches of one trigger share an id that no earlier batch of these partitions has; those that were counted ahead have it already. */
function nextBatchId<State>(queries: readonly PartitionQuery<State>[]): number {
  const ids = queries.map(({ checkpoint: { counted, planned } }) =>
    planned === null ? counted.batchId + 1 : counted.batchId,
  );
  return Math.max(0, ...ids);
}

function partitionProgress<State>(
  { partition }: PartitionQuery<State>,
  { startOffset, endOffset, rows, deadLetters, observations, events, produced }: CountedPart,
  log: ReadonlyMap<number, PartitionOffsets>,
): PartitionProgress {
  const latestOffset = max(log.get(partition)?.latest ?? endOffset, endOffset);
  return {
    partition,
    startOffset,
    endOffset,
    latestOffset,
    rows,
    deadLetters,
    observations,
    events,
    produced,
  };
}
