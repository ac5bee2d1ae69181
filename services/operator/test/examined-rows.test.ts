import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExaminedRows, type ExaminedRow } from '../src/verify/examined-rows.ts';

const row = fc.record({
  offset: fc.bigInt({ min: 0n, max: 60n }),
  counted: fc.tuple(fc.constantFrom('BILLING', 'ACCOUNT', 'null'), fc.constantFrom('LOW', 'HIGH', 'a","b')),
  window: fc.integer({ min: -1 }),
  at: fc.oneof(fc.integer(), fc.constant(Number.NaN)),
});

/** In the order of a sound file, or in any. */
const rows = fc
  .tuple(fc.array(row, { maxLength: 40 }), fc.boolean())
  .map(([given, isSound]): readonly ExaminedRow[] => {
    if (!isSound) return given;
    const byOffset = new Map(given.map((each) => [each.offset, each]));
    return [...byOffset.values()].sort((a, b) => Number(a.offset - b.offset));
  });

test('rows are what was added, in that order, and are found by their offset', () => {
  fc.assert(
    fc.property(rows, (given) => {
      const examined = ExaminedRows.of(given);
      expect([...examined]).toEqual(given);
      expect(examined.length).toBe(given.length);
      expect(examined.lastOffset).toBe(given.at(-1)?.offset);
      for (let offset = -1n; offset <= 61n; offset += 1n)
        expect(examined.find(offset)).toEqual(given.findLast((each) => each.offset === offset));
      const ascending = given.map(({ offset }) => offset).sort((a, b) => Number(a - b));
      expect([...examined.ascendingOffsets()]).toEqual(ascending);
    }),
    { numRuns: 500 },
  );
});

test('rows beyond a chunk are kept alike, with offsets above 2^53', () => {
  const first = 2n ** 60n + 1n;
  const given = Array.from({ length: 40_000 }, (_, index) => ({
    offset: first + 3n * BigInt(index),
    counted: [`${index % 7}`],
    window: index,
    at: index / 2,
  }));
  const examined = ExaminedRows.of(given);
  expect([...examined]).toEqual(given);
  for (const index of [0, 16_383, 16_384, 39_999]) {
    const expected = given[index];
    expect(examined.find(expected?.offset ?? 0n)).toEqual(expected);
    expect(examined.find((expected?.offset ?? 0n) + 1n)).toBeUndefined();
  }
});
