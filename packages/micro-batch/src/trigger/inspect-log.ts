import { logOf, offsetsIn, positionIn, offsetInLog } from '../ports/log-position.ts';
import type { PartitionOffsets } from '../ports/source.ts';
import type { Loss } from '../checkpoint/partition-checkpoint.ts';
import { dataLossError, findExpired, findReplaced, findTruncated } from './data-loss.ts';
import { hasPlanInMemory, type PartitionQuery } from './partition-query.ts';
import type { TriggerContext } from './trigger-context.ts';

/** Does the work for all at once; those whose store does not answer drop out. */
type Each = <Q, T>(items: readonly Q[], work: (item: Q) => Promise<T>) => Promise<readonly T[]>;

/** Where each partition's log begins and ends, and the partitions that may take part: nothing is lost, or was decided on. */
export async function inspectLog<State>(
  context: TriggerContext<State>,
  queries: readonly PartitionQuery<State>[],
  each: Each,
): Promise<{
  readonly log: ReadonlyMap<number, PartitionOffsets>;
  readonly ready: readonly PartitionQuery<State>[];
}> {
  for (const partition of context.truncated.keys())
    if (!queries.some((query) => query.partition === partition)) context.truncated.delete(partition);
  const settled = await each(queries, async (query) => {
    await query.settle();
    checkStop(context, query);
    return query;
  });
  // Jumps first, the log second: only a jump that was there before can be explained by where the log starts now.
  const jumps = new Map(settled.map((query) => [query, query.buffer.jumps]));
  const isQuiet = settled.every((query) => query.isLogSure && jumps.get(query)?.length === 0);
  const partitions = queries.map(({ partition }) => partition);
  const { log, isFresh } = await context.logOffsets.read(partitions, {
    mayBeOld: isQuiet && settled.some(hasRecords),
  });
  const positions = new Map<number, PartitionOffsets>();
  const ready = await each(settled, async (query) => {
    const found = log.get(query.partition);
    if (found === undefined) return [];
    const offsets = offsetsIn(logOf(query.checkpoint.committed.endOffset), found);
    positions.set(query.partition, offsets);
    const known = jumps.get(query) ?? [];
    if (isFresh) query.inspect(offsets);
    const expired = findExpired(query.buffer.jumps, query.buffer.endOffset, offsets);
    const truncated = isFresh ? findTruncated(query.checkpoint, offsets) : undefined;
    const replaced = query.isLogReplaced ? findReplaced(query.checkpoint) : undefined;
    const loss = replaced ?? expired ?? truncated;
    // Where another log begins says nothing about jumps in the one before.
    if (loss === undefined && query.isLogSure) query.buffer.settleJumps(known);
    if (truncated === undefined && isFresh) context.truncated.delete(query.partition);
    if (loss === undefined) return [query];
    return (await resolveLoss(context, query, loss, offsets)) ? [query] : [];
  });
  return { log: positions, ready: ready.flat() };
}

/** A query that stopped for a loss stays stopped until a person has decided. */
function checkStop<State>(
  { failOnDataLoss, lossAdvice, source }: TriggerContext<State>,
  { partition, checkpoint: { stopped } }: PartitionQuery<State>,
): void {
  if (stopped?.decision === null && failOnDataLoss)
    throw dataLossError(source.topic, partition, stopped, lossAdvice);
}

/** Stops, or goes on as far as it is the partition's turn. Whether the partition can take part in this trigger. */
async function resolveLoss<State>(
  context: TriggerContext<State>,
  query: PartitionQuery<State>,
  loss: Loss,
  log: PartitionOffsets,
): Promise<boolean> {
  const { source, clock, truncated, limits, failOnDataLoss, lossAdvice } = context;
  const { partition } = query;
  const { planned, committed, stopped } = query.checkpoint;
  // What is in memory before the loss makes its batch first; the loss is found again when that is committed.
  if (hasPlanInMemory(query)) return true;
  const lossBegins = loss.reason === 'expired' ? loss.startOffset : query.buffer.verifiedEnd;
  if (planned === null && lossBegins > committed.endOffset) return true;
  if (loss.reason === 'truncated') {
    const wait = truncated.get(partition) ?? { since: clock.monotonic(), latest: log.latest };
    truncated.set(partition, { ...wait, latest: log.latest < wait.latest ? log.latest : wait.latest });
    if (clock.monotonic() - wait.since < limits.truncationWaitMs) return false;
  }
  // Where others have read on meanwhile, the log may well have moved past what this consumer knows.
  if (await query.refresh()) return false;
  const decision = stopped?.decision ?? null;
  if (failOnDataLoss && decision === null) {
    if ((await query.recordStop(loss)) === 'done')
      throw dataLossError(source.topic, partition, loss, lossAdvice);
    return false;
  }
  if (loss.reason === 'expired') await recordExpired(context, query, loss);
  else await leaveLog(context, query, log);
  return false;
}

/** Steps over what retention has removed; of a plan, over as much of it as lies within. */
async function recordExpired<State>(
  { logger }: TriggerContext<State>,
  query: PartitionQuery<State>,
  { startOffset, endOffset: lossEnd }: Loss,
): Promise<void> {
  const { planned } = query.checkpoint;
  const endOffset = planned !== null && planned.endOffset < lossEnd ? planned.endOffset : lossEnd;
  const { partition } = query;
  logger.warn(
    { partition, startOffset: String(startOffset), endOffset: String(endOffset) },
    'records were removed by retention before they were read; going on after them',
  );
  await query.recordGap({ startOffset, endOffset, reason: 'expired' });
}

/**
 * Leaves a log that was replaced, for the one that the source has now. A plan that waits is executed first, with what of it is in
 * memory: the rest of its records are gone with the log, and its range was never the next log's.
 */
async function leaveLog<State>(
  { logger, truncated }: TriggerContext<State>,
  query: PartitionQuery<State>,
  log: PartitionOffsets,
): Promise<void> {
  const { partition, buffer } = query;
  const { planned, committed, stopped, logId } = query.checkpoint;
  if (planned !== null) {
    // What is in memory was compared with the log before it, unless there was nothing to compare.
    const isProven =
      committed.lastRecord !== null && buffer.startOffset === planned.startOffset && !query.hasOtherRecords;
    const startOffset = isProven ? buffer.verifiedEnd : planned.startOffset;
    await query.recordGap({ startOffset, endOffset: planned.endOffset, reason: 'replaced' });
    return;
  }
  // The same log, cut back: it holds again what was read before the cut.
  const cutAt = logId !== null && log.logId === logId ? truncated.get(partition)?.latest : undefined;
  const decision = stopped?.decision ?? null;
  const start = decision === null ? (cutAt ?? log.earliest) : log[decision];
  const position = positionIn(logOf(committed.endOffset) + 1n, offsetInLog(start));
  logger.warn(
    { partition, leftAt: String(committed.endOffset), position: String(position) },
    `the log was replaced; going on at offset ${offsetInLog(start)} of the new one`,
  );
  await query.startNextLog(position, log.logId);
}

/** Whether there is something to do without waiting for anything. */
function hasRecords<State>({ checkpoint, buffer }: PartitionQuery<State>): boolean {
  return buffer.verifiedEnd > checkpoint.committed.endOffset;
}
