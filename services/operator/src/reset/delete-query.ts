import { OWNER_KEY, queryKey, type ListedObject, type ObjectStore } from '@client-tickets/micro-batch';
import { isResultKey, type Declaration } from '@client-tickets/results';
import { deleteAll } from '../cli/delete-all.ts';
import type { Stores } from '../cli/operator-context.ts';
import { listCheckpointObjects } from './reset-survey.ts';

/**
 * Deletes a query with all that it has written. `query.json` goes first and `results/_query.json` last: in between, and after
 * a crash in between, no consumer starts here, because results that belong to a query which is not there are refused.
 * Running it again ends what was begun.
 */
export async function deleteQuery(
  declaration: Declaration,
  { results, checkpoints }: Stores,
  topic: string,
  onProgress: (deleted: number) => void,
): Promise<void> {
  let deleted = 0;
  const count = (): void => onProgress((deleted += 1));
  await checkpoints.delete(queryKey(topic));
  await deleteAll(checkpoints, listCheckpointObjects(checkpoints, topic), count);
  await deleteAll(results, resultObjects(declaration, results), count);
  await results.delete(OWNER_KEY);
}

async function* resultObjects(declaration: Declaration, results: ObjectStore): AsyncIterable<ListedObject> {
  for await (const object of results.list(''))
    if (object.key !== OWNER_KEY && isResultKey(declaration, object.key)) yield object;
}
