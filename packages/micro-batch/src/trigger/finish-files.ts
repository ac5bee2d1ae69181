import type { PartitionQuery } from './partition-query.ts';
import type { StoredFilesOf } from './run-trigger.ts';

/**
 * Finishes the files of a partition that are open, when the query ends in order: counts what is filled, plans, writes and stores. What
 * is not here to the end, as shortly after a takeover, is left to the next start. Rejects as the store does.
 */
export async function finishFiles<State>(query: PartitionQuery<State>): Promise<readonly StoredFilesOf[]> {
  const stored: StoredFilesOf[] = [];
  await query.settle();
  while (query.isWhole) {
    if (query.checkpoint.planned === null) {
      const done = await query.count(query.checkpoint.counted.batchId + 1, () => true);
      if (done === undefined || done.outcome === 'lost') break;
      continue;
    }
    await query.write();
    const { files } = await query.store();
    if (files !== undefined) stored.push({ partition: query.partition, files });
  }
  return stored;
}
