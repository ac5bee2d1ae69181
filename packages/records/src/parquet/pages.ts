import type { ByteBuffer } from '../bytes/byte-buffer.ts';
import { bitsFor, packBits } from './bit-packing.ts';
import { packDeltas } from './delta-packing.ts';
import { scratchInts } from './scratch.ts';
import type { TextRows } from './text-rows.ts';
import { appendVarint } from './varint.ts';

const LENGTH = 4; // bytes before each PLAIN text

/** RLE_DICTIONARY: numbers of dictionary entries, as one run; of the same number when there is only one entry. */
export function appendIndexes(
  out: ByteBuffer,
  indexes: ArrayLike<number>,
  length: number,
  entries: number,
): void {
  const width = Math.max(1, bitsFor(entries - 1));
  out.push(width);
  appendRun(out, indexes, { from: 0, to: length, kinds: entries, width });
}

/** Values `[from, to)`, numbers below `kinds`, as a run of Parquet's hybrid of RLE and bit packing. */
export function appendRun(
  out: ByteBuffer,
  values: ArrayLike<number>,
  {
    from,
    to,
    kinds,
    width,
  }: { readonly from: number; readonly to: number; readonly kinds: number; readonly width: number },
): void {
  const length = to - from;
  if (kinds === 1) {
    appendVarint(out, length * 2);
    for (let size = 0; size < width; size += 8) out.push(0);
    return;
  }
  const groups = Math.ceil(length / 8);
  appendVarint(out, groups * 2 + 1);
  const start = out.length;
  packBits(out, values, from, to, width);
  while (out.length < start + groups * width) out.push(0);
}

/** PLAIN texts: each with its length before it. */
export function appendTexts(out: ByteBuffer, texts: TextRows, from: number, to: number): void {
  const { view } = texts;
  for (let row = from; row < to; row += 1) {
    const start = texts.startOf(row);
    const end = texts.endOf(row);
    out.ensure(LENGTH);
    out.view.setInt32(out.length, end - start, true);
    out.length += LENGTH;
    out.appendPart(view, start, end);
  }
}

/** What `appendTexts` takes for a text. */
export function plainSize(texts: TextRows, row: number): number {
  return LENGTH + texts.endOf(row) - texts.startOf(row);
}

/** DELTA_BYTE_ARRAY: of each text what differs from the one before. */
export function appendDeltaTexts(out: ByteBuffer, texts: TextRows, from: number, to: number): void {
  const prefixes = scratchInts('prefixes', to - from);
  const suffixes = scratchInts('suffixes', to - from);
  for (let row = from; row < to; row += 1) {
    const prefix = row === from ? 0 : commonPrefix(texts, row);
    prefixes[row - from] = prefix;
    suffixes[row - from] = texts.endOf(row) - texts.startOf(row) - prefix;
  }
  packDeltas(out, prefixes);
  packDeltas(out, suffixes);
  const { view } = texts;
  for (let row = from; row < to; row += 1) {
    out.appendPart(view, texts.startOf(row) + (prefixes[row - from] ?? 0), texts.endOf(row));
  }
}

/** How many bytes the text of a row shares with that of the row before. */
export function commonPrefix(texts: TextRows, row: number): number {
  const { bytes } = texts;
  const previous = texts.startOf(row - 1);
  const start = texts.startOf(row);
  const longest = Math.min(texts.endOf(row - 1) - previous, texts.endOf(row) - start);
  let prefix = 0;
  while (prefix < longest && bytes[previous + prefix] === bytes[start + prefix]) prefix += 1;
  return prefix;
}

/** PLAIN integers of 64 bits, or doubles: as they lie in memory. */
export function appendWords(out: ByteBuffer, values: BigInt64Array | Float64Array): void {
  out.append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
