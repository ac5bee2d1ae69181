import type { StoredCheckpoint } from '../checkpoint/checkpoint-store.ts';
import { QueryError } from '../ports/query-error.ts';
import type { PartitionQueryContext } from './partition-query-context.ts';

/**
 * A partition without checkpoint must not have results either: its ranges would be cut again, and overlap. Unless another
 * consumer has just begun it; its checkpoint, which it wrote before the results, is returned then.
 */
export async function checkNoResults<State>(
  context: Pick<PartitionQueryContext<State>, 'results' | 'handler' | 'checkpoints' | 'topic'>,
  partition: number,
): Promise<StoredCheckpoint<State> | undefined> {
  const { results, handler, checkpoints, topic } = context;
  for (const prefix of handler.partitionPrefixes(partition)) {
    for await (const { key } of results.list(prefix)) {
      const begun = await checkpoints.read(partition);
      if (begun !== undefined) return begun;
      throw new QueryError(
        'checkpoint_damaged',
        `partition ${partition} of ${topic} has no checkpoint at ${checkpoints.location}, but results (${results.location}${key}). ` +
          'Restore the checkpoint from a copy, or rebuild it from the results.',
      );
    }
  }
  return undefined;
}
