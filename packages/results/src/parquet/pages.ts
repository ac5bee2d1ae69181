import { ByteBuffer, viewOf } from '../byte-buffer.ts';
import { bitsFor, packBits } from './bit-packing.ts';
import { packDeltas } from './delta-packing.ts';
import { appendVarint } from './varint.ts';

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
  if (entries === 1) {
    appendVarint(out, length * 2);
    out.push(0);
    return out.bytes;
  }
  const groups = Math.ceil(length / 8);
  appendVarint(out, groups * 2 + 1);
  const start = out.length;
  packBits(out, indexes, 0, length, width);
  while (out.length < start + groups * width) out.push(0);
  return out.bytes;
}

/** PLAIN texts: each with its length before it. */
export function plainPage(texts: Iterable<Uint8Array>): Uint8Array {
  const out = new ByteBuffer(1024);
  for (const text of texts) {
    for (let shift = 0; shift < 32; shift += 8) out.push((text.length >>> shift) & 0xff);
    out.append(text);
  }
  return out.bytes;
}

/**
 * DELTA_BYTE_ARRAY: of each text what differs from the one before. The texts lie one after the other in `bytes`; text `i`
 * ends at `ends[i]`.
 */
export function deltaTextPage(bytes: Uint8Array, ends: Int32Array, length: number): Uint8Array {
  const prefixes = new Int32Array(length);
  const suffixes = new Int32Array(length);
  const rest = new ByteBuffer(length * 2 + 64);
  const source = viewOf(bytes);
  let previousStart = 0;
  let start = 0;
  for (let row = 0; row < length; row += 1) {
    const end = ends[row] ?? 0;
    const longest = Math.min(start - previousStart, end - start);
    let prefix = 0;
    while (prefix < longest && bytes[previousStart + prefix] === bytes[start + prefix]) prefix += 1;
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
