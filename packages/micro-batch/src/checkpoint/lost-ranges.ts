import type { OffsetRange } from '../ports/offset-range.ts';

/** The parts of `range` that lie in these gaps: ascending, apart from each other. */
export function lostRanges(range: OffsetRange, gaps: readonly OffsetRange[]): readonly OffsetRange[] {
  const lost: OffsetRange[] = [];
  let { startOffset } = range;
  for (const gap of [...gaps].sort((a, b) => (a.startOffset < b.startOffset ? -1 : 1))) {
    if (gap.startOffset > startOffset) ({ startOffset } = gap);
    const endOffset = gap.endOffset < range.endOffset ? gap.endOffset : range.endOffset;
    if (startOffset >= endOffset) continue;
    lost.push({ startOffset, endOffset });
    startOffset = endOffset;
  }
  return lost;
}
