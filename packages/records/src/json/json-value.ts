import { endOfText, QUOTE } from './json-text.ts';

const MAX_DEPTH = 32;
const [TRUE, FALSE, NULL] = ['true', 'false', 'null'].map((word) => Buffer.from(word));

export function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at += 1;
  }
  return at;
}

/** Where the JSON value that begins at `at` is over; -1: it is none, or is nested too deeply to tell. */
export function skipValue(bytes: Uint8Array, view: DataView, at: number, end: number, depth = 0): number {
  if (at >= end) return -1;
  const byte = bytes[at];
  if (byte === QUOTE) {
    const close = endOfText(bytes, view, at + 1, end);
    return close === -1 ? -1 : (close < 0 ? ~close : close) + 1;
  }
  if (byte === 0x7b || byte === 0x5b) {
    return depth < MAX_DEPTH ? skipNested(bytes, view, at, end, depth + 1) : -1;
  }
  if (byte === 0x74) return skipWord(bytes, at, end, TRUE);
  if (byte === 0x66) return skipWord(bytes, at, end, FALSE);
  if (byte === 0x6e) return skipWord(bytes, at, end, NULL);
  return skipNumber(bytes, at, end);
}

export function isNull(bytes: Uint8Array, at: number, end: number): boolean {
  return skipWord(bytes, at, end, NULL) >= 0;
}

/** Where `true` or `false` is over; -1: it is neither. */
export function skipBoolean(bytes: Uint8Array, at: number, end: number): number {
  return skipWord(bytes, at, end, bytes[at] === 0x74 ? TRUE : FALSE);
}

function skipWord(bytes: Uint8Array, at: number, end: number, word: Uint8Array | undefined): number {
  if (word === undefined || at + word.length > end) return -1;
  for (let i = 0; i < word.length; i += 1) if (bytes[at + i] !== word[i]) return -1;
  return at + word.length;
}

function skipNested(bytes: Uint8Array, view: DataView, start: number, end: number, depth: number): number {
  const isObject = bytes[start] === 0x7b;
  const close = isObject ? 0x7d : 0x5d;
  let at = skipBlanks(bytes, start + 1, end);
  if (at < end && bytes[at] === close) return at + 1;
  for (;;) {
    if (isObject) {
      if (at >= end || bytes[at] !== QUOTE) return -1;
      const key = endOfText(bytes, view, at + 1, end);
      if (key === -1) return -1;
      at = skipBlanks(bytes, (key < 0 ? ~key : key) + 1, end);
      if (at >= end || bytes[at] !== 0x3a) return -1;
      at = skipBlanks(bytes, at + 1, end);
    }
    at = skipValue(bytes, view, at, end, depth);
    if (at < 0) return -1;
    at = skipBlanks(bytes, at, end);
    if (at >= end) return -1;
    if (bytes[at] === close) return at + 1;
    if (bytes[at] !== 0x2c) return -1;
    at = skipBlanks(bytes, at + 1, end);
  }
}

function skipNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  const whole = at;
  at = skipDigits(bytes, at, end);
  if (at === whole || (bytes[whole] === 0x30 && at > whole + 1)) return -1;
  if (at < end && bytes[at] === 0x2e) {
    const decimals = at + 1;
    at = skipDigits(bytes, decimals, end);
    if (at === decimals) return -1;
  }
  if (at < end && ((bytes[at] ?? 0) | 0x20) === 0x65) {
    at += 1;
    if (at < end && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at += 1;
    const exponent = at;
    at = skipDigits(bytes, exponent, end);
    if (at === exponent) return -1;
  }
  return at;
}

function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] ?? 0) >= 0x30 && (bytes[at] ?? 0) <= 0x39) at += 1;
  return at;
}
