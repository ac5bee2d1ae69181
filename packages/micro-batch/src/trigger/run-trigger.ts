import { inspectLog } from './inspect-log.ts';
import { hasPlanInMemory, type ExecutedBatch, type PartitionQuery } from './partition-query.ts';
import { ObjectStoreError } from '../ports/object-store.ts';
import type { PartitionOffsets } from '../ports/source.ts';
import { planBatches } from './plan-batches.ts';
import type { PartitionProgress, Phase } from './progress.ts';
import type { TriggerContext } from './trigger-context.ts';

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
  const complete = planned.flat().filter(hasPlanInMemory);
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
      limitOffset: min(latest, target(query) ?? latest),
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
    if (checkpoint.planned !== null) return hasPlanInMemory(query) || buffer.jumps.length > 0 || !owns(query);
    const enough = buffer.endOffset >= (ends.get(query.partition) ?? 0n);
    return enough || buffer.jumps.length > 0 || buffer.bytes >= maxBytes || !owns(query);
  };
  while (!isStopping() && !ready.every(isSatisfied)) {
    const left = deadline - clock.monotonic();
    if (left <= 0) return;
    await wakeup.wait(clock, left);
  }
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
