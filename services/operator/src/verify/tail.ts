import { formatRange, type ObjectStore, type PartitionCheckpoint } from '@client-tickets/micro-batch';
import type { ListedRange } from '@client-tickets/results';
import type { Difference } from './difference.ts';

type Checkpoint = PartitionCheckpoint<unknown>;

/**
 * Whether a checkpoint explains files of a range at or after the end that was committed when the listing began: they are
 * of its plan, or of a batch that it has committed meanwhile. A batch that is not among the recent ones any more can't be
 * named, but must lie before them.
 */
export function explains(checkpoint: Checkpoint, { range }: Pick<ListedRange, 'range'>): boolean {
  const { planned, recentFiles: recent, stored, firstOffset } = checkpoint;
  const name = formatRange(range);
  if (planned !== null && formatRange(planned) === name) return true;
  if (recent.some((batch) => formatRange(batch) === name)) return true;
  const oldest = recent[0]?.startOffset ?? stored.endOffset;
  return range.startOffset >= firstOffset && range.endOffset <= oldest;
}

/**
 * Files that nothing explains. A file is written only while its plan is in the checkpoint; a plan is committed, or it is
 * given up after its files were deleted. So a file that is there **before** a checkpoint is read and still is there
 * **after** it was written for the plan or for a commit of that checkpoint, or by a writer that does not keep to the protocol.
 */
export async function findUnexplained(
  results: ObjectStore,
  ranges: readonly ListedRange[],
  readCheckpoint: (partition: number) => Promise<Checkpoint | undefined>,
): Promise<readonly Difference[]> {
  const isThere = async (wanted: string): Promise<boolean> => {
    for await (const { key } of results.list(wanted)) return key === wanted; // its content does not matter
    return false;
  };
  const unexplained: Difference[] = [];
  for (const listed of ranges) {
    const { partition, range, files } = listed;
    for (const { key } of files) {
      if (!(await isThere(key))) continue;
      const checkpoint = await readCheckpoint(partition);
      if (checkpoint !== undefined && explains(checkpoint, listed)) continue;
      if (!(await isThere(key))) continue;
      const message = `${key}: neither a commit nor the plan of partition ${partition} explains it`;
      unexplained.push({ code: 'file_unexplained', partition, offsets: range, key, message });
    }
  }
  return unexplained;
}
