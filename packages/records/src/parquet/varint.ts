import type { ByteBuffer } from '../bytes/byte-buffer.ts';

/** Numbers up to here are exact when they are doubled. */
const LARGEST = 2 ** 52;

/** ULEB128: seven bits a byte, lowest first. A whole number below 2^53, or any `bigint` from 0 on. */
export function appendVarint(out: ByteBuffer, value: number | bigint): void {
  if (typeof value === 'bigint') {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
    out.push(Number(rest));
    return;
  }
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) out.push((rest % 128) | 0x80);
  out.push(rest);
}

/** Signed numbers, small ones short: 0, -1, 1, -2 become 0, 1, 2, 3. */
export function appendZigzag(out: ByteBuffer, value: number | bigint): void {
  if (typeof value === 'bigint') appendVarint(out, value < 0n ? -2n * value - 1n : 2n * value);
  else if (value < LARGEST && value > -LARGEST) appendVarint(out, value < 0 ? -2 * value - 1 : 2 * value);
  else appendZigzag(out, BigInt(value));
}
