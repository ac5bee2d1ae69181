import { describe, expect, test } from 'vitest';
import { ByteBuffer, viewOf } from '../../src/bytes/byte-buffer.ts';

describe('A byte buffer', () => {
  test('writes whole numbers with all their digits', () => {
    const around = [2 ** 31, 2 ** 32].flatMap((power) => [power - 1, power, power + 1]);
    const powers = Array.from({ length: 16 }, (_, digits) => 10 ** digits);
    const numbers = [
      0,
      7,
      ...powers,
      ...powers.map((power) => power - 1),
      ...around,
      Number.MAX_SAFE_INTEGER,
    ];
    for (const number of numbers) {
      const out = new ByteBuffer(1);
      out.appendDecimal(number);
      expect(Buffer.from(out.bytes).toString()).toBe(String(number));
    }
  });

  test('takes parts of every size, from the last byte of their source on, and leaves what is before them', () => {
    const source = Buffer.from(Array.from({ length: 700 }, (_, at) => at % 251));
    for (let size = 0; size <= 600; size += 1) {
      const out = new ByteBuffer(8);
      out.push(255);
      out.appendPart(viewOf(source), 3, 3 + size);
      out.appendPart(viewOf(source), source.length - size, source.length);
      const expected = [Buffer.of(255), source.subarray(3, 3 + size), source.subarray(source.length - size)];
      expect(Buffer.concat(expected).equals(out.bytes)).toBe(true);
    }
  });
});
