import { ByteBuffer, viewOf } from '../bytes/byte-buffer.ts';
import { bitsFor, packBits } from './bit-packing.ts';
import { packDeltas } from './delta-packing.ts';
import { appendVarint } from './varint.ts';

/** Texts as UTF-8, one after the other; that of row `i` ends at `ends[i]`, and begins where the one before it ends. */
export interface Texts {
  readonly bytes: Uint8Array;
  readonly ends: Int32Array;
  readonly length: number;
}

/** Whole numbers: see `packDeltas`. */
export function deltaPage(values: ArrayLike<number>, length: number, base = 0n): Uint8Array {
  const out = new ByteBuffer(length * 2 + 64);
  packDeltas(out, values, length, base);
  return out.bytes;
}

/** RLE_DICTIONARY: numbers of dictionary entries, as one run; of the same number when there is only one entry. */
export function indexPage(indexes: ArrayLike<number>, length: number, entries: number): Uint8Array {
  const width = Math.max(1, bitsFor(entries - 1));
  const out = new ByteBuffer(Math.ceil((length * width) / 8) + 16);
  out.push(width);
  appendRun(out, indexes, length, entries, width);
  return out.bytes;
}

/** A run of Parquet's hybrid of RLE and bit packing, of numbers below `kinds`. */
export function appendRun(
  out: ByteBuffer,
  values: ArrayLike<number>,
  length: number,
  kinds: number,
  width: number,
): void {
  if (kinds === 1) {
    appendVarint(out, length * 2);
    for (let size = 0; size < width; size += 8) out.push(0);
    return;
  }
  const groups = Math.ceil(length / 8);
  appendVarint(out, groups * 2 + 1);
  const start = out.length;
  packBits(out, values, 0, length, width);
  while (out.length < start + groups * width) out.push(0);
}

/** PLAIN texts: each with its length before it. */
export function plainTextPage({ bytes, ends, length }: Texts): Uint8Array {
  const out = new ByteBuffer(4 * length + (ends[length - 1] ?? 0));
  const source = viewOf(bytes);
  let start = 0;
  for (let row = 0; row < length; row += 1) {
    const end = ends[row] ?? 0;
    out.ensure(4);
    out.view.setInt32(out.length, end - start, true);
    out.length += 4;
    out.appendPart(source, start, end);
    start = end;
  }
  return out.bytes;
}

/** DELTA_BYTE_ARRAY: of each text what differs from the one before. */
export function deltaTextPage({ bytes, ends, length }: Texts): Uint8Array {
  const prefixes = new Int32Array(length);
  const suffixes = new Int32Array(length);
  const rest = new ByteBuffer(length * 2 + 64);
  const source = viewOf(bytes);
  let previousStart = 0;
  let start = 0;
  for (let row = 0; row < length; row += 1) {
    const end = ends[row] ?? 0;
    const prefix = commonPrefix(bytes, previousStart, start, end);
    prefixes[row] = prefix;
    suffixes[row] = end - start - prefix;
    rest.appendPart(source, start + prefix, end);
    previousStart = start;
    start = end;
  }
  const out = new ByteBuffer(rest.length + length);
  packDeltas(out, prefixes, length);
  packDeltas(out, suffixes, length);
  out.append(rest.bytes);
  return out.bytes;
}

/** How many bytes the text `[start, end)` shares with the one that lies before it from `previous` on. */
export function commonPrefix(bytes: Uint8Array, previous: number, start: number, end: number): number {
  const longest = Math.min(start - previous, end - start);
  let prefix = 0;
  while (prefix < longest && bytes[previous + prefix] === bytes[start + prefix]) prefix += 1;
  return prefix;
}

/** PLAIN 64-bit integers. */
export function plainIntegerPage(values: BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** PLAIN doubles. */
export function plainNumberPage(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** PLAIN booleans: a bit each. */
export function plainBooleanPage(values: Uint8Array): Uint8Array {
  const out = new ByteBuffer(Math.ceil(values.length / 8));
  packBits(out, values, 0, values.length, 1);
  return out.bytes;
}
