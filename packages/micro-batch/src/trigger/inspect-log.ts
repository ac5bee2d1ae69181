import { logOf, offsetsIn, positionIn, offsetInLog } from '../ports/log-position.ts';
import type { PartitionOffsets } from '../ports/source.ts';
import { openRange, type Loss } from '../checkpoint/partition-checkpoint.ts';
import { dataLossError, findExpired, findReplaced, findTruncated } from './data-loss.ts';
import type { PartitionQuery } from './partition-query.ts';
import type { Each } from './settle-all.ts';
import type { TriggerContext } from './trigger-context.ts';

/**
 * Where each partition's log begins and ends, and the partitions that may take part: nothing is lost, or was decided on. `ending`:
 * those whose open files must be finished, because a loss follows.
 */
export async function inspectLog<State>(
  context: TriggerContext<State>,
  queries: readonly PartitionQuery<State>[],
  each: Each,
): Promise<{
  readonly log: ReadonlyMap<number, PartitionOffsets>;
  readonly ready: readonly PartitionQuery<State>[];
  readonly ending: ReadonlySet<PartitionQuery<State>>;
}> {
  const ending = new Set<PartitionQuery<State>>();
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
    const offsets = offsetsIn(logOf(query.checkpoint.counted.endOffset), found);
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
    // What is here before the loss is counted and stored first; the loss is found again after that.
    if (hasMoreBefore(query, loss)) {
      ending.add(query);
      return [query];
    }
    await resolveLoss(context, query, loss, offsets);
    return [];
  });
  return { log: positions, ready: ready.flat(), ending };
}

/** A query that stopped for a loss stays stopped until a person has decided. */
function checkStop<State>(
  { failOnDataLoss, lossAdvice, source }: TriggerContext<State>,
  { partition, checkpoint: { stopped } }: PartitionQuery<State>,
): void {
  if (stopped?.decision === null && failOnDataLoss)
    throw dataLossError(source.topic, partition, stopped, lossAdvice);
}

/** Whether there is something to read, to count or to store before the loss. */
function hasMoreBefore<State>(query: PartitionQuery<State>, loss: Loss): boolean {
  const { checkpoint, buffer } = query;
  if (openRange(checkpoint) === undefined) {
    const lossBegins = loss.reason === 'expired' ? loss.startOffset : buffer.verifiedEnd;
    return lossBegins > checkpoint.counted.endOffset;
  }
  const isRead = buffer.verifiedEnd > buffer.startOffset && !query.hasOtherRecords;
  const isToCome = loss.reason === 'truncated' && query.isLogSure && buffer.endOffset < loss.startOffset;
  return query.hasAllCounted || isRead || isToCome;
}

/** Stops, or goes on after the loss, as far as it is the partition's turn. */
async function resolveLoss<State>(
  context: TriggerContext<State>,
  query: PartitionQuery<State>,
  loss: Loss,
  log: PartitionOffsets,
): Promise<void> {
  const { source, clock, truncated, limits, failOnDataLoss, lossAdvice } = context;
  const { partition } = query;
  const { stopped } = query.checkpoint;
  if (loss.reason === 'truncated') {
    const wait = truncated.get(partition) ?? { since: clock.monotonic(), latest: log.latest };
    truncated.set(partition, { ...wait, latest: log.latest < wait.latest ? log.latest : wait.latest });
    if (clock.monotonic() - wait.since < limits.truncationWaitMs) return;
  }
  // Where others have read on meanwhile, the log may well have moved past what this consumer knows.
  if (await query.refresh()) return;
  const decision = stopped?.decision ?? null;
  if (failOnDataLoss && decision === null) {
    if ((await query.recordStop(loss)) === 'done')
      throw dataLossError(source.topic, partition, loss, lossAdvice);
    return;
  }
  if (loss.reason === 'expired') await recordExpired(context, query, loss);
  else await leaveLog(context, query, log);
}

/** Steps over what retention has removed; of what is counted and not stored, over as much of it as lies within. */
async function recordExpired<State>(
  { logger }: TriggerContext<State>,
  query: PartitionQuery<State>,
  { startOffset, endOffset: lossEnd }: Loss,
): Promise<void> {
  const open = openRange(query.checkpoint);
  const endOffset = open !== undefined && open.endOffset < lossEnd ? open.endOffset : lossEnd;
  const { partition } = query;
  logger.warn(
    { partition, startOffset: String(startOffset), endOffset: String(endOffset) },
    open === undefined
      ? 'records were removed by retention before they were read; going on after them'
      : 'records that are counted were removed by retention before they were stored; no file will have them',
  );
  await query.recordGap({ startOffset, endOffset, reason: 'expired' });
}

/**
 * Leaves a log that was replaced, for the one that the source has now. What is counted and not stored goes into files first, as far as
 * it was read: the rest of its records are gone with the log, and its range was never the next log's.
 */
async function leaveLog<State>(
  { logger, truncated }: TriggerContext<State>,
  query: PartitionQuery<State>,
  log: PartitionOffsets,
): Promise<void> {
  const { partition, buffer } = query;
  const { counted, stored, stopped, logId } = query.checkpoint;
  const open = openRange(query.checkpoint);
  if (open !== undefined) {
    // What was read again was compared with the log before it, unless there was nothing to compare.
    const isProven = stored.lastRecord !== null && !query.hasOtherRecords;
    if (!isProven) query.dropReadAgain();
    const startOffset = isProven ? buffer.verifiedEnd : open.startOffset;
    logger.warn(
      { partition, startOffset: String(startOffset), endOffset: String(open.endOffset) },
      'the log was replaced before records were stored that are counted; no file will have them',
    );
    await query.recordGap({ startOffset, endOffset: open.endOffset, reason: 'replaced' });
    return;
  }
  // The same log, cut back: it holds again what was read before the cut.
  const cutAt = logId !== null && log.logId === logId ? truncated.get(partition)?.latest : undefined;
  const decision = stopped?.decision ?? null;
  const start = decision === null ? (cutAt ?? log.earliest) : log[decision];
  const position = positionIn(logOf(counted.endOffset) + 1n, offsetInLog(start));
  logger.warn(
    { partition, leftAt: String(counted.endOffset), position: String(position) },
    `the log was replaced; going on at offset ${offsetInLog(start)} of the new one`,
  );
  await query.startNextLog(position, log.logId);
}

/** Whether there is something to do without waiting for anything. */
function hasRecords<State>({ checkpoint, buffer, countedAhead, filled }: PartitionQuery<State>): boolean {
  const isFilled = countedAhead !== undefined || filled.length > 0;
  return isFilled || buffer.verifiedEnd > checkpoint.counted.endOffset;
}
