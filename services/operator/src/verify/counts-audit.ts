import type { PartitionCheckpoint } from '@client-tickets/micro-batch';
import type { PublishedCounts } from '@client-tickets/results';
import type { Counts } from '@client-tickets/results';
import type { CountsTally } from './counts-tally.ts';
import type { Difference } from './difference.ts';
import type { QueryRows } from './query-rows.ts';

/** A partition as it was proven: its checkpoint, and the counts of the tickets in its files. */
export interface CountedPartition {
  readonly checkpoint: PartitionCheckpoint<Counts>;
  readonly counts: CountsTally;
}

/** The end offset of a partition that a counts file does not name. */
export const NOTHING_COUNTED = 0n;

export type CountedPartitions = ReadonlyMap<number, CountedPartition>;

/**
 * Holds a counts file to the tickets that it says it counts: those before its end offsets. The file must have been read
 * **before** the checkpoints; then it can't count more than they have committed, unless they were set back.
 *
 * A file that does not say what it counts (its metadata was too large, or a copy has lost it) must count all tickets;
 * that can be said only while nothing is being committed (`idle`).
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
    const committed = partitions.get(partition)?.checkpoint.counted.endOffset;
    return committed === undefined || offset > committed;
  });
  if (ahead.length > 0) {
    const places = ahead.map(([partition, offset]) => {
      const committed = partitions.get(partition)?.checkpoint.counted.endOffset;
      return `partition ${partition} up to offset ${offset}, committed is ${committed ?? 'nothing'}`;
    });
    const message = `${key} counts more than was committed (${places.join('; ')}): the checkpoint was set back`;
    return [{ code: 'counts_differ', key, message }];
  }
  const expected = [...partitions].map(([partition, { counts: tally }]) =>
    endOffsets === undefined ? tally.total : tally.before(endOffsets.get(partition) ?? NOTHING_COUNTED),
  );
  const merged = expected.reduce((sum, each) => rows.merge(sum, each), rows.noCounts);
  const tickets = merged[file.name] ?? {};
  const kinds = [...new Set([...Object.keys(tickets), ...Object.keys(counts)])].sort();
  const wrong = kinds.filter((kind) => counts[kind] !== tickets[kind]);
  if (wrong.length === 0) return [];
  const shown = wrong.map(
    (kind) => `${kind} ${counts[kind] ?? 'nothing'} instead of ${tickets[kind] ?? 'nothing'}`,
  );
  return [{ code: 'counts_differ', key, message: `${key} does not count the tickets: ${shown.join(', ')}` }];
}

/** Whether a counts file lacks tickets that are committed. A moment later it may have been replaced. */
export function isBehind(published: PublishedCounts, partitions: CountedPartitions): boolean {
  if (published.kind === 'damaged') return false;
  const counted = [...partitions].filter(([, { checkpoint }]) => checkpoint.counted.batchId >= 0);
  if (published.kind === 'missing') return counted.length > 0;
  const { endOffsets } = published;
  if (endOffsets === undefined) return false;
  return counted.some(
    ([partition, { counts }]) => (endOffsets.get(partition) ?? NOTHING_COUNTED) <= (counts.lastOffset ?? -1n),
  );
}
