import { isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;

/**
 * The values of a JSON lines file, one at a time. Throws a `RangeError` when the file is not UTF-8, a line is no JSON, or
 * the last line is not ended (a torn file).
 */
export function* readJsonLines(
  body: Uint8Array,
): Iterable<{ readonly value: unknown; readonly text: string }> {
  if (!isUtf8(body)) throw new RangeError('expected UTF-8');
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  let number = 1;
  for (let start = 0; start < bytes.length; number += 1) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end === -1)
      throw new RangeError(`line ${number} is not ended: expected a newline at the end of the file`);
    const text = bytes.toString('utf8', start, end);
    yield { value: parseLine(text, number), text };
    start = end + 1;
  }
}

function parseLine(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError(`line ${number}: expected JSON, found ${JSON.stringify(text.slice(0, 80))}`);
  }
}
