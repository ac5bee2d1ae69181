import type { RecordBatch } from 'kafkajs';
import { expect, test } from 'vitest';
import { FetchSizes } from '../src/fetch-sizes.ts';

const MEBIBYTE = 1024 * 1024;
const stored = (bytes: number): RecordBatch => ({
  firstOffset: '0',
  lastOffset: '0',
  count: 1,
  storedRecords: Buffer.alloc(bytes),
  records: [],
});

test('what decompresses to five times as much is fetched in smaller pieces, for its partition alone', () => {
  const sizes = new FetchSizes(MEBIBYTE);
  sizes.learn(0, [stored(1_000), stored(1_000)], 10_000);
  expect(sizes.of(0)).toBe(Math.round((2 * MEBIBYTE) / 5));
  expect(sizes.of(1)).toBe(MEBIBYTE);
});

test('fetches are never larger than they may be, nor so small that they cost more than they bring', () => {
  const sizes = new FetchSizes(MEBIBYTE);
  sizes.learn(0, [stored(1_000)], 1_100);
  expect(sizes.of(0)).toBe(MEBIBYTE);
  sizes.learn(1, [stored(1_000)], 1_000_000);
  expect(sizes.of(1)).toBe(64 * 1024);
});

test('a partition whose messages change is followed, and an empty fetch says nothing', () => {
  const sizes = new FetchSizes(MEBIBYTE);
  sizes.learn(0, [stored(1_000)], 8_000);
  const before = sizes.of(0);
  sizes.learn(0, [], 0);
  expect(sizes.of(0)).toBe(before);
  for (let fetch = 0; fetch < 20; fetch += 1) sizes.learn(0, [stored(1_000)], 1_200);
  expect(sizes.of(0)).toBe(MEBIBYTE);
});
