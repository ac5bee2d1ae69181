import type { PublishedCounts } from '@client-tickets/results';
import type { Difference } from './difference.ts';
import { expectedCounts, type CountedPartition } from './expected-counts.ts';
import type { QueryRows } from './query-rows.ts';

/** The end offset of a partition that a counts file does not name. */
export const NOTHING_COUNTED = 0n;

export type CountedPartitions = ReadonlyMap<number, CountedPartition>;

/**
 * Holds a counts file to the tickets that it says it counts: those before its end offsets. The file must have been read
 * **before** the checkpoints; then it can't count more than they have counted, unless they were set back.
 *
 * A file that does not say what it counts (its metadata was too large, or a copy has lost it) must count all tickets;
 * that can be said only while nothing is being counted (`idle`).
 */
export function auditCounts(
  rows: QueryRows,
  published: PublishedCounts,
  partitions: CountedPartitions,
  idle: boolean,
): readonly Difference[] {
  const { file, key } = published;
  if (published.kind === 'missing') return [];
  if (published.kind === 'damaged') {
    return [{ code: 'file_damaged', key, message: `${key} can't be read: ${published.problem}` }];
  }
  const { endOffsets, counts } = published;
  if (endOffsets === undefined && !idle) return [];
  const ahead = [...(endOffsets ?? [])].filter(([partition, offset]) => {
    const checkpointEnd = partitions.get(partition)?.checkpoint.counted.endOffset;
    return checkpointEnd === undefined || offset > checkpointEnd;
  });
  if (ahead.length > 0) {
    const places = ahead.map(([partition, offset]) => {
      const checkpointEnd = partitions.get(partition)?.checkpoint.counted.endOffset;
      return `partition ${partition} up to offset ${offset}, counted is ${checkpointEnd ?? 'nothing'}`;
    });
    const message = `${key} counts more than the checkpoint does (${places.join('; ')}): the checkpoint was set back`;
    return [{ code: 'counts_differ', key, message }];
  }
  const expected = [...partitions].map(([partition, each]) =>
    expectedCounts(
      each,
      endOffsets === undefined
        ? each.checkpoint.counted.endOffset
        : (endOffsets.get(partition) ?? NOTHING_COUNTED),
    ),
  );
  const mergeOf = (pick: 'least' | 'most'): Readonly<Record<string, number>> =>
    expected.reduce((sum, each) => rows.merge(sum, each[pick]), rows.noCounts)[file.name] ?? {};
  const [least, most] = [mergeOf('least'), mergeOf('most')];
  const kinds = [...new Set([...Object.keys(most), ...Object.keys(counts)])].sort();
  const wrong = kinds.filter((kind) => {
    const [low, high] = [least[kind], most[kind]];
    if (low === high) return counts[kind] !== high;
    const count = counts[kind] ?? 0;
    return count < (low ?? 0) || count > (high ?? 0);
  });
  const tickets = (kind: string): string => {
    const [low, high] = [least[kind] ?? 0, most[kind]];
    if (high === undefined) return 'nothing';
    return low === high ? String(high) : `${low} to ${high}`;
  };
  if (wrong.length > 0) {
    const shown = wrong.map((kind) => `${kind} ${counts[kind] ?? 'nothing'} instead of ${tickets(kind)}`);
    return [
      { code: 'counts_differ', key, message: `${key} does not count the tickets: ${shown.join(', ')}` },
    ];
  }
  const wanted = expected.reduce<number | undefined>(
    (sum, each) => (sum === undefined || each.rows === undefined ? undefined : sum + each.rows),
    0,
  );
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (wanted === undefined || total === wanted) return [];
  const message = `${key} counts ${total} tickets; the batches up to there have ${wanted}`;
  return [{ code: 'counts_differ', key, message }];
}

/** Whether a counts file lacks tickets that are counted. A moment later it may have been replaced. */
export function isBehind(published: PublishedCounts, partitions: CountedPartitions): boolean {
  if (published.kind === 'damaged') return false;
  const counted = [...partitions].filter(([, { checkpoint }]) => checkpoint.counted.batchId >= 0);
  if (published.kind === 'missing') return counted.length > 0;
  const { endOffsets } = published;
  if (endOffsets === undefined) return false;
  return counted.some(([partition, { checkpoint, counts }]) => {
    const end = endOffsets.get(partition) ?? NOTHING_COUNTED;
    const hasRows = checkpoint.recentBatches.some(({ startOffset, rows }) => startOffset >= end && rows > 0);
    return hasRows || end <= (counts.lastOffset ?? -1n);
  });
}
