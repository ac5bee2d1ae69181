import type { ListedObject, ObjectStore } from '@client-tickets/micro-batch';
import { isResultKey, OWNER_KEY, type Declaration } from '@client-tickets/results';
import type { Stores } from '../cli/operator-context.ts';
import { listCheckpointObjects } from './reset-survey.ts';

/** How many deletions are under way at once. */
const AT_ONCE = 16;

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
  const deleteAll = async (store: ObjectStore, objects: AsyncIterable<ListedObject>): Promise<void> => {
    const underWay = new Set<Promise<void>>();
    for await (const { key } of objects) {
      const deletion = store.delete(key).then(() => onProgress((deleted += 1)));
      underWay.add(deletion);
      deletion.then(
        () => underWay.delete(deletion),
        () => undefined, // stays among them, and is awaited at the end
      );
      if (underWay.size >= AT_ONCE) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  };
  await checkpoints.delete(`${topic}/query.json`);
  await deleteAll(checkpoints, listCheckpointObjects(checkpoints, topic));
  await deleteAll(results, resultObjects(declaration, results));
  await results.delete(OWNER_KEY);
}

async function* resultObjects(declaration: Declaration, results: ObjectStore): AsyncIterable<ListedObject> {
  for await (const object of results.list(''))
    if (object.key !== OWNER_KEY && isResultKey(declaration, object.key)) yield object;
}
