import { endOfText, QUOTE } from './json-text.ts';

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

const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
/** From what opens an object or an array to what closes it, as characters are numbered. */
const TO_CLOSE = 2;

/** Where the JSON value that begins at `start` is over; -1: it is none. However deep it is, there is no recursion. */
export function skipValue(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  const first = bytes[start];
  return start < end && (first === OPEN_OBJECT || first === OPEN_ARRAY)
    ? skipNested(bytes, view, start, end)
    : skipScalar(bytes, view, start, end);
}

function skipScalar(bytes: Uint8Array, view: DataView, at: number, end: number): number {
  if (at >= end) return -1;
  const byte = bytes[at];
  if (byte === QUOTE) return skipText(bytes, view, at, end);
  if (byte === 0x74) return skipWord(bytes, at, end, TRUE);
  if (byte === 0x66) return skipWord(bytes, at, end, FALSE);
  if (byte === 0x6e) return skipWord(bytes, at, end, NULL);
  return skipNumber(bytes, at, end);
}

/** `at`: its opening quote. */
function skipText(bytes: Uint8Array, view: DataView, at: number, end: number): number {
  const close = endOfText(bytes, view, at + 1, end);
  return close === -1 ? -1 : (close < 0 ? ~close : close) + 1;
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

function skipNested(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  let open: Uint8Array = new Uint8Array(64); // what has been opened and not closed, from the outside in
  let depth = 0;
  let at = start;
  for (;;) {
    const byte = at < end ? (bytes[at] ?? 0) : 0;
    const isNested = byte === OPEN_OBJECT || byte === OPEN_ARRAY;
    if (isNested) {
      if (depth === open.length) open = doubled(open);
      open[depth++] = byte;
      at = skipBlanks(bytes, at + 1, end);
    } else {
      at = skipScalar(bytes, view, at, end);
      if (at < 0) return -1;
    }
    // Closes what ends here, up to where another value has to begin.
    for (let isFirst = isNested; ; isFirst = false) {
      const opened = open[depth - 1] ?? 0;
      at = skipBlanks(bytes, at, end);
      const next = at < end ? bytes[at] : 0;
      if (next === opened + TO_CLOSE) {
        at += 1;
        depth -= 1;
        if (depth === 0) return at;
        continue;
      }
      if (!isFirst) {
        if (next !== 0x2c) return -1;
        at = skipBlanks(bytes, at + 1, end);
      }
      if (opened === OPEN_OBJECT) at = skipName(bytes, view, at, end);
      if (at < 0) return -1;
      break;
    }
  }
}

function doubled(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(2 * bytes.length);
  larger.set(bytes);
  return larger;
}

/** Where the value of the member begins whose name does; -1: it is no member. */
function skipName(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  if (start >= end || bytes[start] !== QUOTE) return -1;
  const close = skipText(bytes, view, start, end);
  const colon = close < 0 ? end : skipBlanks(bytes, close, end);
  return colon < end && bytes[colon] === 0x3a ? skipBlanks(bytes, colon + 1, end) : -1;
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
