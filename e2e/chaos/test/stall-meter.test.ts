import { expect, test } from 'vitest';
import { createStallMeter } from '../run/stall-meter.ts';

/** Moments as `[milliseconds, committed, acknowledged]`. */
function longestStall(moments: readonly (readonly [number, number | undefined, number])[]): number {
  const meter = createStallMeter();
  for (const [at, committed, acknowledged] of moments) meter.observe(at, committed, acknowledged);
  return meter.longestMs();
}

test('a stall begins when tickets wait and ends with any progress', () => {
  const moments = [
    [0, 0, 0],
    [1_000, 0, 10],
    [3_000, 5, 10],
    [4_000, 10, 10],
  ] as const;
  expect(longestStall(moments)).toBe(2_000);
});

test('time in which nothing waits is no stall', () => {
  const moments = [
    [0, 10, 10],
    [60_000, 10, 10],
    [60_500, 10, 11],
    [61_000, 11, 11],
  ] as const;
  expect(longestStall(moments)).toBe(500);
});

test('a store that does not let itself be read shows no progress', () => {
  const moments = [
    [0, 0, 5],
    [2_000, undefined, 5],
    [4_000, undefined, 5],
    [5_000, 5, 5],
  ] as const;
  expect(longestStall(moments)).toBe(5_000);
});

test('a stall that has not ended counts as well', () => {
  const moments = [
    [0, 0, 5],
    [7_000, 0, 5],
  ] as const;
  expect(longestStall(moments)).toBe(7_000);
});
