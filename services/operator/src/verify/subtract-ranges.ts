import type { OffsetRange } from '@client-tickets/micro-batch';

/** What is left of a range when others are taken out of it, ascending. The others may overlap and come in any order. */
export function subtractRanges(range: OffsetRange, others: Iterable<OffsetRange>): readonly OffsetRange[] {
  let left: readonly OffsetRange[] = range.startOffset < range.endOffset ? [range] : [];
  for (const other of others) {
    left = left.flatMap(({ startOffset, endOffset }) => {
      const before = { startOffset, endOffset: smaller(endOffset, other.startOffset) };
      const after = { startOffset: larger(startOffset, other.endOffset), endOffset };
      if (other.endOffset <= startOffset || other.startOffset >= endOffset)
        return [{ startOffset, endOffset }];
      return [before, after].filter((part) => part.startOffset < part.endOffset);
    });
  }
  return left;
}

/** How many offsets the ranges hold together. */
export function sizeOf(ranges: Iterable<OffsetRange>): bigint {
  let size = 0n;
  for (const { startOffset, endOffset } of ranges) size += endOffset - startOffset;
  return size;
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
