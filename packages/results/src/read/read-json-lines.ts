import { isUtf8 } from 'node:buffer';
import { parseFlatJson } from '@client-tickets/records';
import { inParts, type FileParts } from './file-parts.ts';

const NEWLINE = 0x0a;

/** One line: its value, and its text for those who need every digit. */
export interface JsonLine {
  readonly value: unknown;
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/**
 * The lines of a file, one at a time: flat objects, of which only `names` are looked at. Throws a `RangeError` when a line is
 * no UTF-8 or no JSON, or the last line is not ended (a torn file).
 */
export function* readJsonLines(body: Uint8Array, names: ReadonlySet<string>): Iterable<JsonLine> {
  const bytes = bufferOf(body);
  const lines = new Lines(bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1), 1, names);
  yield* lines;
  checkEnded(bytes.subarray(lines.bytes.length), lines.nextNumber);
}

/**
 * The same lines in groups, as the parts of a file hold them; a line that goes across parts comes by itself. A line never begins within
 * a character, since no byte of one looks like a newline. Rejects, and reading a group throws, as `readJsonLines` does, at the same lines.
 */
export async function* readJsonLineGroups(
  file: FileParts,
  names: ReadonlySet<string>,
): AsyncGenerator<Iterable<JsonLine>> {
  let number = 1;
  /** Of a line that goes on in the next part. */
  let begun: Uint8Array[] = [];
  const linesOf = (bytes: Buffer): Lines => {
    const lines = new Lines(bytes, number, names);
    number = lines.nextNumber;
    return lines;
  };
  for await (const part of inParts(file)) {
    const bytes = bufferOf(part);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      begun.push(bytes);
      continue;
    }
    let start = 0;
    if (begun.length > 0) {
      start = bytes.indexOf(NEWLINE) + 1;
      yield linesOf(Buffer.concat([...begun, bytes.subarray(0, start)]));
    }
    begun = end < bytes.length ? [Buffer.from(bytes.subarray(end))] : []; // a copy: it must not keep its part
    if (start < end) yield linesOf(bytes.subarray(start, end));
  }
  checkEnded(Buffer.concat(begun), number);
}

/** Lines that are all ended. */
class Lines implements Iterable<JsonLine> {
  readonly bytes: Buffer;
  readonly #number: number;
  readonly #names: ReadonlySet<string>;
  /** Where each line ends. */
  readonly #ends: readonly number[];

  constructor(bytes: Buffer, number: number, names: ReadonlySet<string>) {
    this.bytes = bytes;
    this.#number = number;
    this.#names = names;
    const ends: number[] = [];
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, end + 1)) ends.push(end);
    this.#ends = ends;
  }

  /** Of the line that follows. */
  get nextNumber(): number {
    return this.#number + this.#ends.length;
  }

  *[Symbol.iterator](): Iterator<JsonLine> {
    const isWhole = isUtf8(this.bytes);
    let start = 0;
    for (const [index, end] of this.#ends.entries()) {
      const line = this.bytes.subarray(start, end);
      if (!isWhole) checkText(line);
      yield readLine(line, this.#names, this.#number + index);
      start = end + 1;
    }
  }
}

/** `rest`: what follows the last newline. */
function checkEnded(rest: Uint8Array, number: number): void {
  if (rest.length === 0) return;
  checkText(rest);
  throw new RangeError(`line ${number} is not ended: expected a newline at the end of the file`);
}

function checkText(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw new RangeError('expected UTF-8');
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function readLine(line: Buffer, names: ReadonlySet<string>, number: number): JsonLine {
  try {
    return {
      value: parseFlatJson(line, names),
      get text() {
        return line.toString();
      },
      number,
    };
  } catch {
    const start = line.subarray(0, 320).toString().slice(0, 80);
    throw new RangeError(`line ${number}: expected JSON, found ${JSON.stringify(start)}`);
  }
}
