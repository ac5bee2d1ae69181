import { expect, test } from 'vitest';
import { backoffMs } from '../../src/index.ts';

test('waits double from the first to the longest, and stay there however often it fails', () => {
  const wait = (failures: number): number => backoffMs(failures, { firstMs: 100, longestMs: 1_000 });
  expect([1, 2, 3, 4, 5, 6].map(wait)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(wait(100_000)).toBe(1_000);
});
