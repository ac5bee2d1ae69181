import type { ListedObject, ObjectStore } from '@client-tickets/micro-batch';
import { DEAD_LETTERS_PREFIX, parseRangeFileName, TICKETS_PREFIX, type RangeFileName } from './result-key.ts';

export interface ListedFile extends RangeFileName, ListedObject {}

/** All files of one range of offsets. */
export interface ListedRange extends Pick<RangeFileName, 'partition' | 'range' | 'stem'> {
  readonly files: readonly ListedFile[];
}

/**
 * The ranges that a results location holds files of: partition by partition (in the order of their names as text), each in
 * ascending order of first and then of last offset. Both folders are listed at once and merged, so that memory does not
 * grow with the number of files. Keys that are no range files are left out.
 *
 * Throws a `RangeError` when the store does not list in ascending order, because nothing could be concluded then.
 */
export async function* listRanges(results: ObjectStore): AsyncIterable<ListedRange> {
  const tickets = listFiles(results, TICKETS_PREFIX);
  const deadLetters = listFiles(results, DEAD_LETTERS_PREFIX);
  try {
    let ticket = await next(tickets);
    let deadLetter = await next(deadLetters);
    while (ticket !== undefined || deadLetter !== undefined) {
      const stem = [ticket, deadLetter].flatMap((file) => file?.stem ?? []).reduce((a, b) => (a < b ? a : b));
      const files: ListedFile[] = [];
      for (; ticket?.stem === stem; ticket = await next(tickets)) files.push(ticket);
      for (; deadLetter?.stem === stem; deadLetter = await next(deadLetters)) files.push(deadLetter);
      const [first] = files;
      if (first !== undefined) yield { partition: first.partition, range: first.range, stem, files };
    }
  } finally {
    await Promise.all([tickets.return(undefined), deadLetters.return(undefined)]);
  }
}

async function* listFiles(results: ObjectStore, prefix: string): AsyncGenerator<ListedFile, undefined> {
  let previous = '';
  for await (const object of results.list(prefix)) {
    const name = parseRangeFileName(object.key);
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

export type Bodies = ReadonlyMap<string, Uint8Array>;

/** The files of a range. One that was listed and is gone is left out. */
export async function getBodies(results: ObjectStore, { files }: ListedRange): Promise<Bodies> {
  const found = await Promise.all(
    files.map(async ({ key }) => [key, (await results.get(key))?.body] as const),
  );
  return new Map(found.flatMap(([key, body]) => (body === undefined ? [] : [[key, body] as const])));
}
