import { snappyUncompress } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { ByteBuffer } from '../../src/bytes/byte-buffer.ts';
import { appendSnappy } from '../../src/parquet/snappy.ts';
import { Random } from '../spelling/random.ts';

const SEED = 20_261_126;
const CASES = 3_000;

/** Of `size` bytes, much of which was there before, now and then far back. */
function repetitive(random: Random, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  const kinds = 1 + random.below(256);
  for (let at = 0; at < size;) {
    const run = Math.min(size - at, 1 + random.below(random.chance(0.1) ? 300 : 20));
    if (at > 0 && random.chance(0.6)) {
      const back = 1 + random.below(Math.min(at, random.chance(0.1) ? 80_000 : 300));
      for (let i = 0; i < run; i += 1) bytes[at + i] = bytes[at + i - back] ?? 0;
    } else {
      for (let i = 0; i < run; i += 1) bytes[at + i] = random.below(kinds);
    }
    at += run;
  }
  return bytes;
}

test('Snappy gives the bytes that hyparquet-writer gives, which decompress to what went in', () => {
  const { compressors } = new ParquetWriter({ writer: new ByteWriter(), schema: [] });
  const reference = compressors.SNAPPY;
  const random = new Random(SEED);
  for (let each = 0; each < CASES; each += 1) {
    const size = random.below(each % 50 === 0 ? 200_000 : 400);
    const bytes = repetitive(random, size);
    // In the middle of other bytes, of which none may be touched or looked for.
    const source = new ByteBuffer(64);
    const before = random.below(40);
    source.append(bytes.subarray(0, before));
    const start = source.length;
    source.append(bytes);
    source.append(Buffer.alloc(random.below(20), bytes[0] ?? 0));
    const out = new ByteBuffer(1);
    out.push(0x2a);
    appendSnappy(out, source.view, start, start + size);

    const shown = `seed ${SEED}, case ${each}, ${size} bytes`;
    const packed = out.bytes.subarray(1);
    const expected = reference?.(bytes) ?? Buffer.of();
    expect(Buffer.compare(packed, expected), shown).toBe(0);
    const decompressed = new Uint8Array(size);
    if (size > 0) snappyUncompress(packed, decompressed);
    expect(Buffer.compare(decompressed, bytes), shown).toBe(0);
  }
});
