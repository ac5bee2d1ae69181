import { isUtf8 } from 'node:buffer';
import { parseFlatJson } from '@client-tickets/records';

const NEWLINE = 0x0a;

/** One line: its value, and its text for those who need every digit. */
export interface JsonLine {
  readonly value: unknown;
  readonly text: string;
}

/**
 * The lines of a file, one at a time: flat objects, of which only `names` are looked at. Throws a `RangeError` when the file is
 * not UTF-8, a line is no JSON, or the last line is not ended (a torn file).
 */
export function* readJsonLines(body: Uint8Array, names: ReadonlySet<string>): Iterable<JsonLine> {
  if (!isUtf8(body)) throw new RangeError('expected UTF-8');
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  let number = 1;
  for (let start = 0; start < bytes.length; number += 1) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end === -1)
      throw new RangeError(`line ${number} is not ended: expected a newline at the end of the file`);
    yield readLine(bytes.subarray(start, end), names, number);
    start = end + 1;
  }
}

function readLine(line: Buffer, names: ReadonlySet<string>, number: number): JsonLine {
  try {
    return {
      value: parseFlatJson(line, names),
      get text() {
        return line.toString();
      },
    };
  } catch {
    const start = line.subarray(0, 320).toString().slice(0, 80);
    throw new RangeError(`line ${number}: expected JSON, found ${JSON.stringify(start)}`);
  }
}
