import type { OffsetRange, PartitionCheckpoint, QueryIdentity } from '@client-tickets/micro-batch';
import type { Counts } from '@client-tickets/results';
import type { Difference } from './difference.ts';
import { sizeOf, subtractRanges } from './subtract-ranges.ts';
import { showOffsets } from '../cli/output.ts';

/** How many offsets of a range lie in some of the others. */
function sizeWithin(range: OffsetRange, others: readonly OffsetRange[]): bigint {
  return sizeOf([range]) - sizeOf(subtractRanges(range, others));
}

/** What a partition checkpoint says that can't all be true, whatever the results hold. */
export function checkConsistency(
  checkpoint: PartitionCheckpoint<Counts>,
  identity: QueryIdentity,
): readonly Difference[] {
  const { partition, firstOffset, stored, recentFiles: recent, gaps } = checkpoint;
  const { totals, state, endOffset } = stored;
  const problems: string[] = [];

  const asked = identity.startingOffsets.get(partition);
  if (asked !== undefined && asked !== firstOffset) {
    problems.push(`it begins at offset ${firstOffset}, but query.json says ${asked}`);
  }

  const whole = { startOffset: firstOffset, endOffset };
  const accounted = BigInt(totals.rows) + BigInt(totals.deadLetters) + BigInt(totals.emptyOffsets);
  const lost = sizeOf([whole]) - accounted;
  const inGaps = sizeWithin(whole, gaps);
  if (lost !== inGaps) {
    problems.push(
      `it is stored up to offset ${endOffset}, that is ${sizeOf([whole])} offsets, but ${totals.rows} rows, ` +
        `${totals.deadLetters} dead letters, ${totals.emptyOffsets} empty and ${inGaps} lost offsets make ${accounted + inGaps}`,
    );
  }
  const counted = Object.values(Object.values(state)[0] ?? {}).reduce((sum, count) => sum + count, 0);
  if (counted !== totals.rows) problems.push(`its state counts ${counted} rows, its totals ${totals.rows}`);

  const [oldest] = recent;
  if (oldest !== undefined) {
    const covered = { startOffset: oldest.startOffset, endOffset };
    const uncovered = subtractRanges(covered, [...recent, ...gaps]);
    if (uncovered.length > 0)
      problems.push(`its recent files leave out offsets ${uncovered.map(showOffsets).join(', ')}`);
    const overlap = recent.find(
      (batch, index) => batch.startOffset < (recent[index - 1]?.endOffset ?? firstOffset),
    );
    if (overlap !== undefined)
      problems.push(`its files of offsets ${showOffsets(overlap)} overlap what was before them`);
    const beyond = recent.find((batch) => batch.endOffset > endOffset);
    if (beyond !== undefined)
      problems.push(`its files of offsets ${showOffsets(beyond)} end after the stored offset ${endOffset}`);
  }
  return problems.map((problem) => ({
    code: 'checkpoint',
    partition,
    message: `the checkpoint of partition ${partition} contradicts itself: ${problem}`,
  }));
}
