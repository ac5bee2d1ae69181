import type { FilesOutcome } from '../checkpoint/partition-checkpoint.ts';
import type { OffsetRange } from '../ports/offset-range.ts';
import type { PartitionQueryContext } from './partition-query-context.ts';

/**
 * Deletes what a planned range may have had and has no more: before some of its records were lost, the plan may have been executed with
 * all of them, and have had files that it now has not.
 */
export async function deleteOtherFiles<State>(
  { results, handler, topic }: PartitionQueryContext<State>,
  partition: number,
  { startOffset, endOffset }: OffsetRange,
  { files }: FilesOutcome<State>,
): Promise<void> {
  const written = new Set(files.map(({ key }) => key));
  const others = handler
    .fileKeys({ topic, partition, startOffset, endOffset })
    .filter((key) => !written.has(key));
  await Promise.all(others.map((key) => results.delete(key)));
}
