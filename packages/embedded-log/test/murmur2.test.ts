import { expect, test } from 'vitest';
import { murmur2 } from '../src/murmur2.ts';
import { createPartitioner } from '../src/partitioner.ts';

// From Kafka's own UtilsTest.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('hashes %s as the Java client does', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

test('a key always has the same partition', () => {
  const first = createPartitioner(3);
  const second = createPartitioner(3);
  for (let client = 100; client < 1_000; client++) {
    const key = Buffer.from(`CL-${client}`);
    expect(first(key)).toBe(second(key));
  }
});

test('records without a key take turns', () => {
  const choose = createPartitioner(3);
  expect(Array.from({ length: 7 }, () => choose(null))).toEqual([0, 1, 2, 0, 1, 2, 0]);
});
