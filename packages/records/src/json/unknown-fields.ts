import { viewOf } from '../bytes/byte-buffer.ts';
import { endOfText, QUOTE } from './json-text.ts';
import { skipBlanks } from './json-value.ts';

/**
 * The unknown fields of a valid record as the text of a JSON object, each value as it was written: a number of 20 digits keeps
 * them all. `undefined` when there are none. `fields`: names that the record declares.
 */
export function unknownFieldsOf(value: Uint8Array, fields: ReadonlySet<string>): string | undefined {
  const view = viewOf(value);
  const text = Buffer.from(value.buffer, value.byteOffset, value.length);
  const members: string[] = [];
  const { length } = value;
  let at = skipBlanks(value, value.indexOf(0x7b) + 1, length);
  while (value[at] === QUOTE) {
    const close = endOfText(value, view, at + 1, length);
    const nameEnd = (close < 0 ? ~close : close) + 1;
    const name = text.toString('utf8', at, nameEnd);
    const start = skipBlanks(value, skipBlanks(value, nameEnd, length) + 1, length);
    const end = endOfValue(value, view, start);
    if (!fields.has(String(JSON.parse(name)))) members.push(`${name}:${text.toString('utf8', start, end)}`);
    at = skipBlanks(value, skipBlanks(value, end, length) + 1, length);
  }
  return members.length === 0 ? undefined : `{${members.join(',')}}`;
}

/** Of valid JSON, however deep. */
function endOfValue(bytes: Uint8Array, view: DataView, start: number): number {
  let depth = 0;
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const close = endOfText(bytes, view, at + 1, bytes.length);
      at = close < 0 ? ~close : close;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
    } else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 0) return trimmed(bytes, at);
      depth -= 1;
    } else if (byte === 0x2c && depth === 0) {
      return trimmed(bytes, at);
    }
    at += 1;
  }
  return at;
}

/** Without blanks before it. */
function trimmed(bytes: Uint8Array, end: number): number {
  let at = end;
  while (at > 0 && skipBlanks(bytes, at - 1, at) === at) at -= 1;
  return at;
}
