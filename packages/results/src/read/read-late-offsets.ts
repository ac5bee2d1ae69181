import { readJsonLines } from './read-json-lines.ts';

const OFFSET = 'kafka_offset';

/** The offsets of the rows that a file of late ones names, in its order. Throws a `RangeError` that says where it is no such file. */
export function readLateOffsets(body: Uint8Array): readonly bigint[] {
  return [...readJsonLines(body, new Set([OFFSET]))].map(({ text }, index) => {
    const digits = /"kafka_offset":(\d{1,19})[,}]/.exec(text)?.[1];
    if (digits === undefined)
      throw new RangeError(`line ${index + 1}: expected ${OFFSET}, found ${text.slice(0, 100)}`);
    return BigInt(digits);
  });
}
