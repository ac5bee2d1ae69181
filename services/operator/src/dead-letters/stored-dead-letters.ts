import type { ObjectStore } from '@client-tickets/micro-batch';
import type { DeadLetter } from '@client-tickets/results';
import { readDeadLetters } from '../results/read-dead-letters.ts';
import { DEAD_LETTERS_PREFIX, parseRangeFileName } from '../results/result-key.ts';
import type { RecordPosition } from '@client-tickets/kafka';

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
  results: ObjectStore,
  filter: DeadLetterFilter,
): AsyncIterable<DeadLetter> {
  const { reason = '', partition, places } = filter;
  const folder = partition === undefined ? '' : `partition=${partition}/`;
  for await (const { key } of results.list(`${DEAD_LETTERS_PREFIX}${folder}`)) {
    const name = parseRangeFileName(key);
    if (name === undefined) continue;
    const { range } = name;
    const isIn = ({ partition: p, offset }: RecordPosition): boolean =>
      p === name.partition && range.startOffset <= offset && offset < range.endOffset;
    const here = places?.filter(isIn);
    if (here?.length === 0) continue;
    const object = await results.get(key);
    if (object === undefined) continue;
    for (const letter of readFile(key, object.body)) {
      if (!letter.reason.toLowerCase().includes(reason.toLowerCase())) continue;
      if (here?.some(({ offset }) => String(offset) === letter.offset) !== false) yield letter;
    }
  }
}

function* readFile(key: string, body: Uint8Array): Iterable<DeadLetter> {
  try {
    yield* readDeadLetters(body);
  } catch (error) {
    throw new RangeError(`${key} can't be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Reads `0:17`: partition and offset. Throws a `RangeError` otherwise. */
export function parsePlace(text: string): RecordPosition {
  const match = /^(\d{1,9}):(\d{1,19})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new RangeError(`expected partition:offset such as 0:17, found ${JSON.stringify(text)}`);
  }
  return { partition: Number(match[1]), offset: BigInt(match[2]) };
}
