import type { Logger } from '../ports/logger.ts';
import type { PartitionQuery } from './partition-query.ts';
import type { StoredFilesOf } from './run-trigger.ts';

/** Finishes what is open of all partitions of a consumer. Never rejects: what the store does not take is left to the next start. */
export async function finishFiles<State>(
  queries: readonly PartitionQuery<State>[],
  logger: Logger,
): Promise<readonly StoredFilesOf[]> {
  const finished = await Promise.all(
    queries.map((query) =>
      finishPartition(query).catch((error: unknown) => {
        logger.warn({ err: error }, 'open files are finished at the next start');
        return [];
      }),
    ),
  );
  return finished.flat();
}

/**
 * Finishes the files of a partition that are open, when the query ends in order: counts what is filled, plans, writes and stores. What
 * is not here to the end, as shortly after a takeover, is left to the next start. Rejects as the store does.
 */
async function finishPartition<State>(query: PartitionQuery<State>): Promise<readonly StoredFilesOf[]> {
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
