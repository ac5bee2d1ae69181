import { dataLossError, findExpired, findTruncated, type Loss } from './data-loss.ts';
import type { ExecutedBatch, PartitionQuery } from './partition-query.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { ObjectStoreError } from '../ports/object-store.ts';
import type { PartitionOffsets, Source } from '../ports/source.ts';
import { planBatches } from './plan-batches.ts';
import type { PartitionProgress, Phase } from './progress.ts';
import type { Wakeup } from './wakeup.ts';
import type { LogOffsets } from './log-offsets.ts';

/** What a trigger works with. */
export interface TriggerContext<State> {
  readonly source: Source;
  readonly logOffsets: LogOffsets;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly wakeup: Wakeup;
  readonly limits: TriggerLimits;
  readonly failOnDataLoss: boolean;
  /** False once the partition was lost to another consumer. */
  readonly owns: (query: PartitionQuery<State>) => boolean;
  readonly isStopping: () => boolean;
  /** Whether the next trigger follows at once, so that it is worth planning its batches in the swaps that commit these. */
  readonly isNextDue: () => boolean;
  /** No batch goes past this offset (`availableNow`); `undefined`: the end of the log. */
  readonly target: (partition: number) => bigint | undefined;
  /** Since when (monotonic) a partition's log seems to end too early; kept between triggers. */
  readonly truncatedSince: Map<number, number>;
}

export interface TriggerLimits {
  readonly maxOffsetsPerTrigger: number;
  readonly maxBytesPerTrigger: number;
  /** How long a trigger waits for records that the log is known to have. */
  readonly recordsWaitMs: number;
  /** For how long a log must end too early before that is taken for data loss. */
  readonly truncationWaitMs: number;
}

export interface TriggerOutcome<State> {
  readonly committed: readonly CommittedPart<State>[];
  readonly durationMs: Readonly<Record<Phase, number>>;
  readonly log: ReadonlyMap<number, PartitionOffsets>;
  /** A store that did not answer. What could be done without it is done. */
  readonly failure: ObjectStoreError | undefined;
}

export interface CommittedPart<State> {
  readonly query: PartitionQuery<State>;
  readonly progress: PartitionProgress;
}

/**
 * One trigger over all owned partitions. Each phase runs for all of them at once and ends before the next begins, so that
 * the durations mean what Spark's mean; a partition whose store does not answer drops out and the others go on.
 *
 * 1. `latestOffset`: where the log begins and ends, data loss, and how many offsets each partition may take.
 * 2. `getBatch`: wait until the records are in memory. Batches are planned from what was read, never on hope, so a plan is
 *    bounded in bytes and a slow partition does not hold up the others.
 * 3. `walCommit`: swap the plans in. 4. `addBatch`: handle the records and write the files. 5. `commitOffsets`: swap the
 *    commits in, and with them the plans of the next trigger, where that one is due already; it has nothing to do in 3. then.
 *
 * In a backlog the next batch is handled while files are written and checkpoints swapped, so less is left to do in its own 4.
 */
export async function runTrigger<State>(
  context: TriggerContext<State>,
  queries: readonly PartitionQuery<State>[],
  turn: number,
): Promise<TriggerOutcome<State>> {
  const failures: ObjectStoreError[] = [];
  const durationMs = { latestOffset: 0, getBatch: 0, walCommit: 0, addBatch: 0, commitOffsets: 0 };
  const timed = async <T>(phase: Phase, work: () => Promise<T>): Promise<T> => {
    const start = context.clock.monotonic();
    const result = await work();
    durationMs[phase] += context.clock.monotonic() - start;
    return result;
  };
  const each = <Q, T>(items: readonly Q[], work: (item: Q) => Promise<T>): Promise<readonly T[]> =>
    settleAll(items, work, failures);

  const { log, ready } = await timed('latestOffset', () => inspectLog(context, queries, each));
  const ends = endBatches(context, ready, log, turn);
  // A share of all partitions, as their buffers have it: a buffer that is full is paused, and would be waited for in vain.
  const maxBytes = context.limits.maxBytesPerTrigger / Math.max(1, queries.length);
  await timed('getBatch', () => waitForRecords(context, ready, ends, maxBytes));

  const batchId = nextBatchId(queries);
  const planned = await timed('walCommit', () =>
    each(ready, async (query) => {
      const { committed, planned } = query.checkpoint;
      if (planned !== null) return [query];
      const end = min(ends.get(query.partition) ?? 0n, query.buffer.endWithin(maxBytes));
      if (end <= committed.endOffset || context.isStopping() || !context.owns(query)) return [];
      // A lost swap may have brought a plan: it waits for the next trigger, which counts it against the limit.
      return (await query.plan(end, batchId)) === 'done' ? [query] : [];
    }),
  );
  const complete = planned.flat().filter(isComplete);
  // Where batches of the next trigger may end, if that is due already.
  const endNext = (executing: readonly PartitionQuery<State>[]): ReadonlyMap<number, bigint> | undefined =>
    context.isNextDue() ? endBatches(context, ready, log, turn + 1, executing) : undefined;
  const aheadEnds = endNext(complete);
  const executed = await timed('addBatch', () =>
    each(complete, async (query) => {
      const batch = await query.handle();
      const written = query.write(batch);
      const from = batch.plan.endOffset;
      const end = min(aheadEnds?.get(query.partition) ?? 0n, query.buffer.endWithin(maxBytes, from));
      // A batch that could still grow until this one is committed is better left to grow.
      const isFull = end < query.buffer.endOffset;
      if (isFull && end > from) query.handleAhead(batch, end);
      return { query, batch: await written };
    }),
  );
  // Asked again: the plan of a partition whose files could not be written stays, and counts against the limit.
  const nextEnds = endNext(executed.map(({ query }) => query));
  const committed = await timed('commitOffsets', () =>
    each(executed, async ({ query, batch }) => {
      const from = batch.plan.endOffset;
      const most = nextEnds?.get(query.partition) ?? 0n;
      const end = min(most, query.aheadEnd ?? query.buffer.endWithin(maxBytes, from));
      const isNext = end > from && !context.isStopping() && context.owns(query);
      const outcome = await query.commit(
        batch,
        isNext ? { batchId: batchId + 1, endOffset: end } : undefined,
      );
      return outcome === 'done' ? [{ query, progress: partitionProgress(query, batch, log) }] : [];
    }),
  );
  return { committed: committed.flat(), durationMs, log, failure: failures[0] };
}

type Each = <Q, T>(items: readonly Q[], work: (item: Q) => Promise<T>) => Promise<readonly T[]>;

async function inspectLog<State>(
  context: TriggerContext<State>,
  queries: readonly PartitionQuery<State>[],
  each: Each,
): Promise<{
  readonly log: ReadonlyMap<number, PartitionOffsets>;
  readonly ready: readonly PartitionQuery<State>[];
}> {
  for (const partition of context.truncatedSince.keys())
    if (!queries.some((query) => query.partition === partition)) context.truncatedSince.delete(partition);
  const settled = await each(queries, async (query) => {
    await query.settle();
    return query;
  });
  // Jumps first, the log second: only a jump that was there before can be explained by where the log starts now.
  const jumps = new Map(settled.map((query) => [query, query.buffer.jumps]));
  const mayBeOld = settled.some(hasRecords) && settled.every((query) => jumps.get(query)?.length === 0);
  const partitions = queries.map(({ partition }) => partition);
  const { log, isFresh } = await context.logOffsets.read(partitions, { mayBeOld });
  const ready = await each(settled, async (query) => {
    const offsets = log.get(query.partition);
    if (offsets === undefined) return [];
    const known = jumps.get(query) ?? [];
    const expired = findExpired(query.buffer.jumps, query.buffer.endOffset, offsets);
    const truncated = isFresh ? findTruncated(query.checkpoint, offsets) : undefined;
    if (expired === undefined) query.buffer.settleJumps(known);
    if (truncated === undefined && isFresh) context.truncatedSince.delete(query.partition);
    const loss = expired ?? truncated;
    if (loss === undefined) return [query];
    return (await resolveLoss(context, query, loss, offsets)) ? [query] : [];
  });
  return { log, ready: ready.flat() };
}

/** Fails, or records the loss as far as it is the partition's turn. Whether the partition can take part in this trigger. */
async function resolveLoss<State>(
  context: TriggerContext<State>,
  query: PartitionQuery<State>,
  loss: Loss,
  log: PartitionOffsets,
): Promise<boolean> {
  const { source, clock, logger, truncatedSince, limits } = context;
  const { partition } = query;
  const { planned, committed } = query.checkpoint;
  // What is in memory before the loss makes its batch first; the loss is found again when that is committed.
  if (isComplete(query)) return true;
  if (planned === null && loss.reason === 'expired' && loss.startOffset > committed.endOffset) return true;
  if (loss.reason === 'truncated') {
    const since = truncatedSince.get(partition) ?? clock.monotonic();
    truncatedSince.set(partition, since);
    if (clock.monotonic() - since < limits.truncationWaitMs) return false;
  }
  // Where others have read on meanwhile, the log may well have moved past what this consumer knows.
  if (await query.refresh()) return false;
  if (context.failOnDataLoss) throw dataLossError(source.topic, partition, loss, log);
  const endOffset = planned === null ? loss.endOffset : min(loss.endOffset, planned.endOffset);
  const { startOffset, reason } = loss;
  logger.warn(
    { partition, startOffset: String(startOffset), endOffset: String(endOffset), reason },
    'records were lost before they were read; going on after them',
  );
  await query.recordGap({ startOffset, endOffset, reason });
  return false;
}

/** Where batches may end, with partitions as they are now; those in `executing` as they are once their plans are committed. */
function endBatches<State>(
  { limits, target }: TriggerContext<State>,
  queries: readonly PartitionQuery<State>[],
  log: ReadonlyMap<number, PartitionOffsets>,
  turn: number,
  executing: readonly PartitionQuery<State>[] = [],
): ReadonlyMap<number, bigint> {
  const candidates = queries.map((query) => {
    const { partition, buffer, checkpoint } = query;
    const { committed, planned } = checkpoint;
    const isExecuting = planned !== null && executing.includes(query);
    const latest = max(log.get(partition)?.latest ?? 0n, buffer.endOffset); // what was read is there
    return {
      partition,
      startOffset: isExecuting ? planned.endOffset : committed.endOffset,
      plannedOffsets: planned === null || isExecuting ? undefined : planned.endOffset - planned.startOffset,
      limitOffset: min(latest, target(partition) ?? latest),
    };
  });
  return planBatches(candidates, limits.maxOffsetsPerTrigger, turn);
}

async function waitForRecords<State>(
  context: TriggerContext<State>,
  ready: readonly PartitionQuery<State>[],
  ends: ReadonlyMap<number, bigint>,
  maxBytes: number,
): Promise<void> {
  const { clock, wakeup, limits, owns, isStopping } = context;
  const deadline = clock.monotonic() + limits.recordsWaitMs;
  const isSatisfied = (query: PartitionQuery<State>): boolean => {
    const { buffer, checkpoint } = query;
    if (checkpoint.planned !== null) return isComplete(query) || buffer.jumps.length > 0 || !owns(query);
    const enough = buffer.endOffset >= (ends.get(query.partition) ?? 0n);
    return enough || buffer.jumps.length > 0 || buffer.bytes >= maxBytes || !owns(query);
  };
  while (!isStopping() && !ready.every(isSatisfied)) {
    const left = deadline - clock.monotonic();
    if (left <= 0) return;
    await wakeup.wait(clock, left);
  }
}

/** Whether there is something to do without waiting for anything. */
function hasRecords<State>({ checkpoint, buffer }: PartitionQuery<State>): boolean {
  return buffer.verifiedEnd > checkpoint.committed.endOffset;
}

/** Whether there is a plan and all its records are in memory. */
function isComplete<State>({ checkpoint: { planned }, buffer }: PartitionQuery<State>): boolean {
  return (
    planned !== null && buffer.startOffset === planned.startOffset && buffer.verifiedEnd >= planned.endOffset
  );
}

/** Batches of one trigger share an id that no earlier batch of these partitions has; plans may have it already. */
function nextBatchId<State>(queries: readonly PartitionQuery<State>[]): number {
  const ids = queries.map(({ checkpoint: { committed, planned } }) =>
    Math.max(committed.batchId + 1, planned?.batchId ?? 0),
  );
  return Math.max(0, ...ids);
}

function partitionProgress<State>(
  { partition }: PartitionQuery<State>,
  { plan, handled }: ExecutedBatch<State>,
  log: ReadonlyMap<number, PartitionOffsets>,
): PartitionProgress {
  const { startOffset, endOffset } = plan;
  const { rows, deadLetters, observations } = handled;
  const latestOffset = max(log.get(partition)?.latest ?? endOffset, endOffset);
  return { partition, startOffset, endOffset, latestOffset, rows, deadLetters, observations };
}

/** Runs `work` for all at once and waits for all. An unavailable store is noted; anything else is thrown at the end. */
async function settleAll<Q, T>(
  items: readonly Q[],
  work: (item: Q) => Promise<T>,
  failures: ObjectStoreError[],
): Promise<readonly T[]> {
  const results = await Promise.allSettled(items.map(work));
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [result.value];
    const reason: unknown = result.reason;
    if (!(reason instanceof ObjectStoreError) || reason.code !== 'unavailable') throw reason;
    failures.push(reason);
    return [];
  });
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
