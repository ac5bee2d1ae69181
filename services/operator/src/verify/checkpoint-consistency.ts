import type { Frontier, OffsetRange, PartitionCheckpoint, QueryIdentity } from '@client-tickets/micro-batch';
import type { QueryState } from '@client-tickets/records';
import type { Difference } from './difference.ts';
import { sizeOf, subtractRanges } from './subtract-ranges.ts';
import { showOffsets } from '../cli/output.ts';

/** How many offsets of a range lie in some of the others. */
function sizeWithin(range: OffsetRange, others: readonly OffsetRange[]): bigint {
  return sizeOf([range]) - sizeOf(subtractRanges(range, others));
}

/** How a frontier's offsets, totals and state contradict each other. `lost`: what it does not count. */
function accounts(
  what: 'stored' | 'counted',
  { endOffset, totals, state }: Frontier<QueryState>,
  startOffset: bigint,
  lost: readonly OffsetRange[],
): readonly string[] {
  const whole = { startOffset, endOffset };
  const accounted = BigInt(totals.rows) + BigInt(totals.deadLetters) + BigInt(totals.emptyOffsets);
  const inGaps = sizeWithin(whole, lost);
  const offsets =
    sizeOf([whole]) === accounted + inGaps
      ? []
      : [
          `it has ${what} up to offset ${endOffset}, that is ${sizeOf([whole])} offsets, but ${totals.rows} rows, ` +
            `${totals.deadLetters} dead letters, ${totals.emptyOffsets} empty and ${inGaps} lost offsets make ${accounted + inGaps}`,
        ];
  const rows = Object.values(Object.values(state.counts)[0] ?? {}).reduce((sum, count) => sum + count, 0);
  if (rows === totals.rows) return offsets;
  return [...offsets, `its ${what} state counts ${rows} rows, its totals ${totals.rows}`];
}

/** What a partition checkpoint says that can't all be true, whatever the results hold. */
export function checkConsistency(
  checkpoint: PartitionCheckpoint<QueryState>,
  identity: QueryIdentity,
): readonly Difference[] {
  const { partition, firstOffset, stored, counted, recentFiles: recent, gaps } = checkpoint;
  const { endOffset } = stored;
  const problems: string[] = [];

  const asked = identity.startingOffsets.get(partition);
  if (asked !== undefined && asked !== firstOffset) {
    problems.push(`it begins at offset ${firstOffset}, but query.json says ${asked}`);
  }

  const isInFiles = accounts('stored', stored, firstOffset, gaps);
  const uncounted = gaps.filter(({ isCounted }) => !isCounted);
  problems.push(...isInFiles, ...accounts('counted', counted, firstOffset, uncounted));
  for (const [name, kinds] of Object.entries(stored.state.counts))
    for (const [kind, count] of Object.entries(kinds))
      if (count > (counted.state.counts[name]?.[kind] ?? 0))
        problems.push(`it has stored more rows of ${name} ${kind} than it has counted`);

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
