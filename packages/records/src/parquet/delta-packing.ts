import type { ByteBuffer } from '../bytes/byte-buffer.ts';
import { bitsFor, packBits } from './bit-packing.ts';
import { appendVarint, appendZigzag } from './varint.ts';

const BLOCK = 128;
const MINI_BLOCKS = 4;
const MINI_BLOCK = BLOCK / MINI_BLOCKS;

/**
 * DELTA_BINARY_PACKED (https://parquet.apache.org/docs/file-format/data-pages/encodings/) of `values[from, to)`: the first value,
 * then blocks of 128 differences, each above the least one of its block, in as few bits as every 32 of them need.
 *
 * The values and all differences between neighbours are whole numbers within ±2^53. `base` is added to the first value, for
 * values that lie further out together.
 */
export function packDeltas(
  out: ByteBuffer,
  values: ArrayLike<number>,
  { from = 0, to = values.length, base = 0n }: { from?: number; to?: number; base?: bigint } = {},
): void {
  appendVarint(out, BLOCK);
  appendVarint(out, MINI_BLOCKS);
  appendVarint(out, to - from);
  appendZigzag(out, base + BigInt(values[from] ?? 0));

  const deltas = new Float64Array(BLOCK);
  for (let start = from + 1; start < to; start += BLOCK) {
    const count = Math.min(BLOCK, to - start);
    let least = Infinity;
    let previous = values[start - 1] ?? 0;
    for (let i = 0; i < count; i += 1) {
      const value = values[start + i] ?? 0;
      const delta = value - previous;
      previous = value;
      deltas[i] = delta;
      if (delta < least) least = delta;
    }
    for (let i = 0; i < count; i += 1) deltas[i] = (deltas[i] ?? 0) - least;
    deltas.fill(0, count);
    appendZigzag(out, least);
    const widths = out.length;
    for (let mini = 0; mini < BLOCK; mini += MINI_BLOCK) out.push(widthOf(deltas, mini));
    for (let mini = 0; mini < BLOCK; mini += MINI_BLOCK) {
      const width = out.memory[widths + mini / MINI_BLOCK] ?? 0;
      if (width > 0) packBits(out, deltas, mini, mini + MINI_BLOCK, width);
    }
  }
}

/** 0 also for a mini block that lies past the last value; such a one has no bytes at all. */
function widthOf(deltas: Float64Array, start: number): number {
  let most = 0;
  for (let i = start; i < start + MINI_BLOCK; i += 1) {
    const delta = deltas[i] ?? 0;
    if (delta > most) most = delta;
  }
  return bitsFor(most);
}
