import type { ByteBuffer } from '../bytes/byte-buffer.ts';

const TWO_32 = 2 ** 32;

/** Bits that it takes to write a whole number below 2^53. */
export function bitsFor(value: number): number {
  return value < TWO_32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / TWO_32));
}

/** Whole numbers, `width` bits each, lowest bit first; the last byte is filled up with zeros. */
export function packBits(
  out: ByteBuffer,
  values: ArrayLike<number>,
  start: number,
  end: number,
  width: number,
): void {
  out.ensure(Math.ceil(((end - start) * width) / 8) + 1);
  if (width > 24) return packWide(out, values, start, end, width);
  const { memory } = out;
  let at = out.length;
  let held = 0;
  let bits = 0;
  for (let i = start; i < end; i += 1) {
    held |= (values[i] ?? 0) << bits;
    bits += width;
    while (bits >= 8) {
      memory[at++] = held;
      held >>>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) memory[at++] = held;
  out.length = at;
}

/** The same without 32-bit arithmetic: more than 24 bits do not fit beside 7 that are held. */
function packWide(
  out: ByteBuffer,
  values: ArrayLike<number>,
  start: number,
  end: number,
  width: number,
): void {
  let held = 0;
  let bits = 0;
  const put = (value: number, count: number): void => {
    held += value * 2 ** bits; // below 2^39
    bits += count;
    while (bits >= 8) {
      out.push(held % 256);
      held = Math.floor(held / 256);
      bits -= 8;
    }
  };
  for (let i = start; i < end; i += 1) {
    const value = values[i] ?? 0;
    put(value % TWO_32, Math.min(width, 32));
    if (width > 32) put(Math.floor(value / TWO_32), width - 32);
  }
  if (bits > 0) out.push(held);
}
