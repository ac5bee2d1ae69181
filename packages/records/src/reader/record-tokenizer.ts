import { endOfText, QUOTE } from '../json/json-text.ts';
import { isNull, skipBlanks, skipValue } from '../json/json-value.ts';
import { END, NULL, nullOf, SKIP, type RecordParts } from './record-parts.ts';

/**
 * Cuts up a JSON object. `false`: don't know. Says nothing about values of fields but where they are.
 */
export function tokenizeRecord(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  names: readonly Uint8Array[],
  parts: RecordParts,
): boolean {
  parts.begin();
  let literal = start;
  let at = skipBlanks(bytes, hasMark(bytes, start, end) ? start + 3 : start, end);
  if (at >= end || bytes[at] !== 0x7b) return false;
  at = skipBlanks(bytes, at + 1, end);
  if (at < end && bytes[at] === 0x7d) return false; // no field at all: a matter for the parser
  for (;;) {
    if (at >= end || bytes[at] !== QUOTE) return false;
    const name = at + 1;
    const nameEnd = endOfText(bytes, view, name, end);
    if (nameEnd === -1) return false;
    const close = nameEnd < 0 ? ~nameEnd : nameEnd;
    const field =
      nameEnd < 0 ? escapedFieldOf(bytes, name, close, names) : fieldOf(bytes, name, close, names);
    if (field === UNSURE) return false;
    at = skipBlanks(bytes, close + 1, end);
    if (at >= end || bytes[at] !== 0x3a) return false;
    at = skipBlanks(bytes, at + 1, end);
    const value = at;
    const isText = value < end && bytes[value] === QUOTE;
    const textEnd = isText ? endOfText(bytes, view, value + 1, end) : -1;
    if (isText && textEnd === -1) return false;
    at = isText ? (textEnd < 0 ? ~textEnd : textEnd) + 1 : skipValue(bytes, view, value, end);
    if (at < 0) return false;
    if (field < 0) {
      parts.add(literal, value, SKIP);
      parts.addUnknown(nameEnd < 0 ? nameAt(bytes, name, close) : textAt(bytes, name, close));
      literal = at;
    } else if (isText) {
      parts.add(literal, value + 1, field);
      parts.addValue(field, value + 1, textEnd);
      literal = at - 1;
    } else if (isNull(bytes, value, end)) {
      parts.add(literal, at, nullOf(field));
      parts.addValue(field, NULL, at);
      literal = at;
    } else {
      parts.add(literal, value, field);
      parts.addValue(field, value, at);
      literal = at;
    }
    at = skipBlanks(bytes, at, end);
    if (at >= end) return false;
    if (bytes[at] === 0x7d) break;
    if (bytes[at] !== 0x2c) return false;
    at = skipBlanks(bytes, at + 1, end);
  }
  parts.add(literal, end, END);
  return skipBlanks(bytes, at + 1, end) === end;
}

/** A byte order mark. */
function hasMark(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 3 <= end && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}

const OTHER = -1;
const UNSURE = -2;

/** A field whose name has escapes is left to the parser: no program writes ours so. */
function escapedFieldOf(bytes: Uint8Array, start: number, end: number, names: readonly Uint8Array[]): number {
  const name = Buffer.from(nameAt(bytes, start, end));
  return names.some((each) => name.equals(each)) ? UNSURE : OTHER;
}

/** Without its escapes. */
function nameAt(bytes: Uint8Array, start: number, end: number): string {
  return String(JSON.parse(textAt(bytes, start - 1, end + 1)));
}

function textAt({ buffer, byteOffset }: Uint8Array, start: number, end: number): string {
  return Buffer.from(buffer, byteOffset + start, end - start).toString();
}

/** `OTHER`: none of them. */
function fieldOf(bytes: Uint8Array, start: number, end: number, names: readonly Uint8Array[]): number {
  for (let field = 0; field < names.length; field += 1) {
    const name = names[field];
    if (name === undefined || name.length !== end - start) continue;
    let same = 0;
    while (same < name.length && name[same] === bytes[start + same]) same += 1;
    if (same === name.length) return field;
  }
  return OTHER;
}
