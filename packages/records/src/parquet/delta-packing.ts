import type { ByteBuffer } from '../bytes/byte-buffer.ts';
import { bitsFor, packBits } from './bit-packing.ts';
import { appendVarint, appendZigzag } from './varint.ts';

const BLOCK = 128;
const MINI_BLOCKS = 4;
const MINI_BLOCK = BLOCK / MINI_BLOCKS;

/**
 * DELTA_BINARY_PACKED (https://parquet.apache.org/docs/file-format/data-pages/encodings/): the first value, then blocks of
 * 128 differences, each above the least one of its block, in as few bits as every 32 of them need.
 *
 * `values` and all differences between neighbours are whole numbers within ±2^53. `base` is added to the first value, for
 * values that lie further out together.
 */
export function packDeltas(out: ByteBuffer, values: ArrayLike<number>, length: number, base = 0n): void {
  appendVarint(out, BLOCK);
  appendVarint(out, MINI_BLOCKS);
  appendVarint(out, length);
  appendZigzag(out, base + BigInt(values[0] ?? 0));

  const deltas = new Float64Array(BLOCK);
  for (let start = 1; start < length; start += BLOCK) {
    const count = Math.min(BLOCK, length - start);
    let least = Infinity;
    for (let i = 0; i < count; i += 1) {
      const delta = (values[start + i] ?? 0) - (values[start + i - 1] ?? 0);
      deltas[i] = delta;
      if (delta < least) least = delta;
    }
    for (let i = 0; i < count; i += 1) deltas[i] = (deltas[i] ?? 0) - least;
    deltas.fill(0, count);
    appendZigzag(out, least);
    const widths = miniBlockWidths(deltas, count);
    for (const width of widths) out.push(width);
    widths.forEach((width, index) => {
      if (width > 0) packBits(out, deltas, index * MINI_BLOCK, (index + 1) * MINI_BLOCK, width);
    });
  }
}

/** 0 also for what lies past the last value; such a mini block has no bytes at all. */
function miniBlockWidths(deltas: Float64Array, count: number): readonly number[] {
  const widths: number[] = [];
  for (let start = 0; start < BLOCK; start += MINI_BLOCK) {
    let most = 0;
    for (let i = start; i < Math.min(start + MINI_BLOCK, count); i += 1)
      most = Math.max(most, deltas[i] ?? 0);
    widths.push(bitsFor(most));
  }
  return widths;
}
