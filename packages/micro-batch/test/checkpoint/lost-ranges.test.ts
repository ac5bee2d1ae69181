import type { OffsetRange } from '@client-tickets/micro-batch';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lostRanges } from '../../src/checkpoint/lost-ranges.ts';

const ranges = fc
  .tuple(fc.nat(30), fc.integer({ min: 1, max: 10 }))
  .map(([start, length]) => ({ startOffset: BigInt(start), endOffset: BigInt(start + length) }));

const offsetsIn = ({ startOffset, endOffset }: OffsetRange): bigint[] =>
  Array.from({ length: Number(endOffset - startOffset) }, (_, index) => startOffset + BigInt(index));

test('exactly the offsets that lie in a gap are lost, each named once and in order', () => {
  fc.assert(
    fc.property(ranges, fc.array(ranges, { maxLength: 5 }), (range, gaps) => {
      const inGaps = new Set(gaps.flatMap(offsetsIn));
      const expected = offsetsIn(range).filter((offset) => inGaps.has(offset));
      expect(lostRanges(range, gaps).flatMap(offsetsIn)).toEqual(expected);
    }),
  );
});
