import { viewOf } from '../bytes/byte-buffer.ts';
import { endOfText, QUOTE } from './json-text.ts';
import { skipBlanks, skipValue } from './json-value.ts';

/** One member of an object, as it is written: its name from the opening quote on, and its value. */
export interface Member {
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly start: number;
  readonly end: number;
}

/** The members of the valid JSON object that opens at `open`, one at a time; nothing is made of their values. */
export function* membersOf(bytes: Uint8Array, open: number): Iterable<Member> {
  const view = viewOf(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { length } = bytes;
  let at = skipBlanks(bytes, open + 1, length);
  while (bytes[at] === QUOTE) {
    const close = endOfText(bytes, view, at + 1, length);
    const nameEnd = (close < 0 ? ~close : close) + 1;
    const start = skipBlanks(bytes, skipBlanks(bytes, nameEnd, length) + 1, length);
    const end = skipValue(bytes, view, start, length);
    const name = String(JSON.parse(text.toString('utf8', at, nameEnd)));
    yield { name, nameStart: at, nameEnd, start, end };
    at = skipBlanks(bytes, skipBlanks(bytes, end, length) + 1, length);
  }
}
