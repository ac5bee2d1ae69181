import { viewOf } from '../bytes/byte-buffer.ts';
import { skipBlanks, skipValue } from './json-value.ts';
import { membersOf } from './members.ts';

const MOST_OTHERS = 32;
/** Shorter ones cost little, whatever they hold. */
const LONG = 1024 * 1024;
// A byte order mark before the JSON is left out: every second Windows tool writes one.
const utf8 = new TextDecoder('utf-8');

/** A flat JSON object, of UTF-8: all of it when it is short, its outline when it is long. Throws a `SyntaxError`. */
export function parseFlatJson(bytes: Uint8Array, names: ReadonlySet<string>): unknown {
  return bytes.length > LONG ? parseOutline(bytes, names) : JSON.parse(utf8.decode(bytes));
}

/**
 * As `JSON.parse`, of UTF-8, but nothing is made of what lies within a member of an object or within an array, and of the
 * members but `names` and the first few others. Three bytes (`{},`) become an object of 64: what 60 MB of them are
 * would end the process. A record is flat, so nothing that decides about it is left out.
 *
 * Throws a `SyntaxError` when it is no JSON.
 */
export function parseOutline(bytes: Uint8Array, names: ReadonlySet<string>): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { length } = bytes;
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const start = skipBlanks(bytes, hasMark ? 3 : 0, length);
  const end = skipValue(bytes, viewOf(bytes), start, length);
  if (end < 0 || skipBlanks(bytes, end, length) !== length) throw new SyntaxError('expected JSON');
  const outline = (from: number, to: number): unknown =>
    bytes[from] === 0x7b ? {} : bytes[from] === 0x5b ? [] : JSON.parse(text.toString('utf8', from, to));
  if (bytes[start] !== 0x7b) return outline(start, end);
  const members = new Map<string, unknown>();
  const others = new Set<string>();
  for (const { name, start: from, end: to } of membersOf(bytes, start)) {
    if (names.has(name)) members.set(name, outline(from, to));
    else if (others.size < MOST_OTHERS) others.add(name);
  }
  return Object.fromEntries([...[...others].map((name) => [name, null] as const), ...members]);
}
