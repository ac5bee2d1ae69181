import type { ListedObject, ObjectStore } from '@client-tickets/micro-batch';

/** How many deletions are under way at once. */
const AT_ONCE = 16;

/** Deletes objects of a store. `onDeleted`: called after each with how many they are by then; no further one is begun when it throws. */
export async function deleteAll(
  store: ObjectStore,
  objects: AsyncIterable<ListedObject> | Iterable<ListedObject>,
  onDeleted: (deleted: number) => void,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let deleted = 0;
  for await (const { key } of objects) {
    const deletion = store.delete(key).then(() => onDeleted((deleted += 1)));
    underWay.add(deletion);
    deletion.then(
      () => underWay.delete(deletion),
      () => undefined, // stays among them, and is awaited at the end
    );
    if (underWay.size >= AT_ONCE) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}
