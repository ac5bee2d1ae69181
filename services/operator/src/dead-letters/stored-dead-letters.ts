import type { ListedObject, ObjectStore, RecordPosition } from '@client-tickets/micro-batch';
import {
  deadLettersPrefix,
  FileReplacedError,
  openParts,
  parseRangeKey,
  readDeadLetterGroups,
  type DeadLetter,
  type Declaration,
} from '@client-tickets/results';

/** Which dead letters are meant; what is left out does not matter. */
export interface DeadLetterFilter {
  /** Found anywhere in the reason, in upper or lower case. */
  readonly reason?: string;
  readonly partition?: number;
  /** Just these. */
  readonly places?: readonly RecordPosition[];
}

/**
 * The dead letters of a results location, partition by partition in ascending order of offset. Files that can't hold what is
 * meant are not read. Throws a `RangeError` that names a file which can't be read.
 */
export async function* listDeadLetters(
  { table }: Declaration,
  results: ObjectStore,
  filter: DeadLetterFilter,
): AsyncIterable<DeadLetter> {
  const { reason = '', partition, places } = filter;
  for await (const { key, size } of results.list(deadLettersPrefix(partition))) {
    const name = parseRangeKey(table, key);
    if (name === undefined) continue;
    const { range } = name;
    const isIn = ({ partition: p, offset }: RecordPosition): boolean =>
      p === name.partition && range.startOffset <= offset && offset < range.endOffset;
    const here = places?.filter(isIn);
    if (here?.length === 0) continue;
    for await (const letter of readFile(results, { key, size })) {
      if (!letter.reason.toLowerCase().includes(reason.toLowerCase())) continue;
      if (here?.some(({ offset }) => String(offset) === letter.offset) !== false) yield letter;
    }
  }
}

/** All of a file's, none when it is gone by now. */
async function* readFile(results: ObjectStore, file: ListedObject): AsyncGenerator<DeadLetter> {
  try {
    const parts = await openParts(results, file);
    if (parts === undefined) return;
    for await (const letters of readDeadLetterGroups(parts)) yield* letters;
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof FileReplacedError)) throw error;
    throw new RangeError(`${file.key} can't be read: ${error.message}`, { cause: error });
  }
}

/** Reads `0:17`, or `0/17` as other tools write it: partition and offset. Throws a `RangeError` otherwise. */
export function parsePlace(text: string): RecordPosition {
  const match = /^(\d{1,9})[:/](\d{1,19})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new RangeError(`expected partition:offset such as 0:17, found ${JSON.stringify(text)}`);
  }
  return { partition: Number(match[1]), offset: BigInt(match[2]) };
}
