import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatRange, parseRange } from '../../src/ports/offset-range.ts';

const LAST_OFFSET = 2n ** 63n - 1n;
const ranges = fc
  .tuple(fc.bigInt(0n, LAST_OFFSET - 1n), fc.bigInt(1n, 10n ** 6n))
  .map(([startOffset, length]) => {
    const endOffset = startOffset + length;
    return { startOffset, endOffset: endOffset > LAST_OFFSET ? LAST_OFFSET : endOffset };
  });

test('a range names its first and last offset', () => {
  const text = '00000000000000000000-00000000000000000049';
  expect(formatRange({ startOffset: 0n, endOffset: 50n })).toBe(text);
});

test('a range survives being written and read', () => {
  fc.assert(
    fc.property(ranges, (range) => {
      expect(parseRange(formatRange(range))).toEqual(range);
    }),
  );
});

test('names sort like the offsets they start with', () => {
  fc.assert(
    fc.property(ranges, ranges, (a, b) => {
      fc.pre(a.startOffset !== b.startOffset);
      expect(formatRange(a) < formatRange(b)).toBe(a.startOffset < b.startOffset);
    }),
  );
});

test('any other text is no range', () => {
  const zero = '0'.repeat(20);
  const texts = ['', zero, `${zero}-`, `${zero}-${zero}.json`, `${zero}-0`, ` ${zero}-${zero}`];
  for (const text of [...texts, `${zero.slice(1)}1-${zero}`]) expect(parseRange(text)).toBeUndefined();
});
