import type { ListedObject, ObjectStore } from '@client-tickets/micro-batch';
import { parseRangeKey, rangePrefixes, type RangeFileName } from './result-keys.ts';

export interface ListedFile extends RangeFileName, ListedObject {}

/** All files of one range of offsets. */
export interface ListedRange extends Pick<RangeFileName, 'partition' | 'range' | 'stem'> {
  readonly files: readonly ListedFile[];
}

/**
 * The ranges that a results location holds files of: partition by partition (in the order of their names as text), each in
 * ascending order of first and then of last offset. All folders are listed at once and merged, so that memory does not
 * grow with the number of files. Keys that are no range files are left out.
 *
 * Throws a `RangeError` when the store does not list in ascending order, because nothing could be concluded then.
 */
export async function* listRanges(results: ObjectStore, table: string): AsyncIterable<ListedRange> {
  const folders = rangePrefixes(table).map((prefix) => listFiles(results, table, prefix));
  try {
    const heads = await Promise.all(folders.map(next));
    for (;;) {
      const stems = heads.flatMap((file) => file?.stem ?? []);
      const stem = stems.reduce((a, b) => (a < b ? a : b), stems[0] ?? '');
      const files: ListedFile[] = [];
      for (const [index, folder] of folders.entries()) {
        for (let head = heads[index]; head?.stem === stem; head = heads[index] = await next(folder))
          files.push(head);
      }
      const [first] = files;
      if (first === undefined) return;
      yield { partition: first.partition, range: first.range, stem, files };
    }
  } finally {
    await Promise.all(folders.map((folder) => folder.return(undefined)));
  }
}

async function* listFiles(
  results: ObjectStore,
  table: string,
  prefix: string,
): AsyncGenerator<ListedFile, undefined> {
  let previous = '';
  for await (const object of results.list(prefix)) {
    const name = parseRangeKey(table, object.key);
    if (name === undefined) continue;
    if (name.stem < previous) {
      throw new RangeError(
        `${results.location} was expected to list its keys in ascending order, but lists ${object.key} after ${previous}`,
      );
    }
    previous = name.stem;
    yield { ...object, ...name };
  }
}

async function next<T>(files: AsyncGenerator<T, undefined>): Promise<T | undefined> {
  return (await files.next()).value;
}
