import type { ByteBuffer } from '../bytes/byte-buffer.ts';

export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

/**
 * Which bytes of four are not plain characters of a JSON text: a quote, a backslash, a control character, or the part of a
 * longer sequence. The lowest bit that is set stands for the first of them; those above it may be wrong.
 */
function special(word: number): number {
  return (
    ((word - 0x20202020) | ((word ^ 0x22222222) - 0x01010101) | ((word ^ 0x5c5c5c5c) - 0x01010101) | word) &
    0x80808080
  );
}

function firstOf(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) >>> 3;
}

/** Index of the closing quote of the text that begins at `at`; `~index` when there are escapes; -1: none, or no JSON in UTF-8. */
export function endOfText(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  let escaped = false;
  let at = start;
  while (at < end) {
    if (at + 4 <= end) {
      const bits = special(view.getInt32(at, true));
      if (bits === 0) {
        at += 4;
        continue;
      }
      at += firstOf(bits);
    }
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return escaped ? ~at : at;
    let size = 1;
    if (byte === BACKSLASH) {
      escaped = true;
      size = escapeSize(bytes, at);
    } else if (byte >= 0x80) {
      size = sequenceSize(bytes, at, byte);
    } else if (byte < FIRST_PRINTABLE) {
      return -1;
    }
    if (size === 0) return -1;
    at += size;
  }
  return -1;
}

/** Reads JSON texts into a buffer, without their escapes. */
export class TextReader {
  /** Of the last text: whether it was written with escapes, and whether it has characters that JSON must escape. */
  wasEscaped = false;
  needsEscapes = false;
  #code = 0;

  /** Appends the text that begins at `start`, right behind its opening quote. Where its closing quote is; -1: don't know. */
  read(bytes: Uint8Array, view: DataView, start: number, end: number, out: ByteBuffer): number {
    this.wasEscaped = false;
    this.needsEscapes = false;
    out.ensure(end - start); // no character is longer than it was written
    const { memory, view: outView } = out;
    let at = start;
    let to = out.length;
    while (at < end) {
      if (at + 4 <= end) {
        const word = view.getInt32(at, true);
        const bits = special(word);
        outView.setInt32(to, word, true);
        if (bits === 0) {
          at += 4;
          to += 4;
          // What follows four plain characters mostly are more of them.
          while (at + 8 <= end) {
            const first = view.getInt32(at, true);
            const second = view.getInt32(at + 4, true);
            if ((special(first) | special(second)) !== 0) break;
            outView.setInt32(to, first, true);
            outView.setInt32(to + 4, second, true);
            at += 8;
            to += 8;
          }
          continue;
        }
        const plain = firstOf(bits);
        at += plain;
        to += plain;
      }
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        out.length = to;
        return at;
      }
      if (byte === BACKSLASH) {
        // Letters of Latin, Greek or Cyrillic, as programs write them that send ASCII alone.
        const unit = bytes[at + 1] === 0x75 ? hex4(bytes, at + 2) : -1;
        if (unit >= 0x80 && unit < 0x800) {
          memory[to] = 0xc0 | (unit >> 6);
          memory[to + 1] = 0x80 | (unit & 63);
          at += 6;
          to += 2;
          this.wasEscaped = true;
          continue;
        }
        const size = this.#readEscape(bytes, at, end);
        if (size === 0) return -1;
        at += size;
        to = writeCharacter(memory, to, this.#code);
        this.wasEscaped = true;
        if (this.#code < FIRST_PRINTABLE || this.#code === QUOTE || this.#code === BACKSLASH)
          this.needsEscapes = true;
        continue;
      }
      if (byte < FIRST_PRINTABLE) return -1;
      const size = byte < 0x80 ? 1 : sequenceSize(bytes, at, byte);
      if (size === 0) return -1;
      for (let i = 0; i < size; i += 1) memory[to + i] = bytes[at + i] ?? 0;
      to += size;
      at += size;
    }
    return -1;
  }

  /** Bytes of the escape, whose character it keeps in `#code`; 0: it is none, or half of a surrogate pair. */
  #readEscape(bytes: Uint8Array, at: number, end: number): number {
    const kind = bytes[at + 1] ?? 0;
    if (kind !== 0x75) {
      this.#code = escapedCharacter(kind);
      return this.#code < 0 ? 0 : 2;
    }
    const unit = hex4(bytes, at + 2);
    this.#code = unit;
    if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return 0;
    if (unit < 0xd800 || unit > 0xdbff) return 6;
    if (at + 12 > end || bytes[at + 6] !== BACKSLASH || bytes[at + 7] !== 0x75) return 0;
    const low = hex4(bytes, at + 8);
    if (low < 0xdc00 || low > 0xdfff) return 0;
    this.#code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    return 12;
  }
}

/** In UTF-8. Where it ends. */
function writeCharacter(memory: Uint8Array, to: number, code: number): number {
  if (code < 0x80) {
    memory[to] = code;
    return to + 1;
  }
  if (code < 0x800) {
    memory[to] = 0xc0 | (code >> 6);
    memory[to + 1] = 0x80 | (code & 63);
    return to + 2;
  }
  if (code < 0x10000) {
    memory[to] = 0xe0 | (code >> 12);
    memory[to + 1] = 0x80 | ((code >> 6) & 63);
    memory[to + 2] = 0x80 | (code & 63);
    return to + 3;
  }
  memory[to] = 0xf0 | (code >> 18);
  memory[to + 1] = 0x80 | ((code >> 12) & 63);
  memory[to + 2] = 0x80 | ((code >> 6) & 63);
  memory[to + 3] = 0x80 | (code & 63);
  return to + 4;
}

/** 0: it is none. */
function escapeSize(bytes: Uint8Array, at: number): number {
  const kind = bytes[at + 1] ?? 0;
  if (kind === 0x75) return hex4(bytes, at + 2) < 0 ? 0 : 6;
  return escapedCharacter(kind) < 0 ? 0 : 2;
}

/** The character that a backslash and `kind` stand for; -1: none. */
function escapedCharacter(kind: number): number {
  switch (kind) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f:
      return kind;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return -1;
  }
}

/** Negative unless there are four digits. */
function hex4(bytes: Uint8Array, at: number): number {
  const a = hexDigit(bytes[at] ?? 0);
  const b = hexDigit(bytes[at + 1] ?? 0);
  const c = hexDigit(bytes[at + 2] ?? 0);
  const d = hexDigit(bytes[at + 3] ?? 0);
  return (a | b | c | d) < 0 ? -1 : (a << 12) | (b << 8) | (c << 4) | d;
}

/** What each byte stands for as a hexadecimal digit; -1: it is none. */
const HEX_DIGITS = Int8Array.from({ length: 256 }, (_, byte) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase()),
);

function hexDigit(byte: number): number {
  return HEX_DIGITS[byte] ?? -1;
}

/** Bytes of the UTF-8 sequence that `first` begins; 0 when it is none (RFC 3629, section 4). */
function sequenceSize(bytes: Uint8Array, at: number, first: number): number {
  const second = bytes[at + 1] ?? 0;
  if (first >= 0xc2 && first <= 0xdf) return isRest(second) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const fits = (first !== 0xe0 || second >= 0xa0) && (first !== 0xed || second <= 0x9f);
    return fits && isRest(second) && isRest(bytes[at + 2] ?? 0) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const fits = (first !== 0xf0 || second >= 0x90) && (first !== 0xf4 || second <= 0x8f);
    return fits && isRest(second) && isRest(bytes[at + 2] ?? 0) && isRest(bytes[at + 3] ?? 0) ? 4 : 0;
  }
  return 0;
}

function isRest(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}
