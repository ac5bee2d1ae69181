import type { OffsetRange } from '@client-tickets/micro-batch';

/**
 * Of files whose ranges may overlap, those that hold each offset once and as many offsets as possible; of several such choices one
 * with few files. In order.
 *
 * Merging leaves files that overlap: small ones beside the one that they were merged to, and what an attempt has left that was
 * overtaken. A widest file that is taken first may hide a better choice: of `0-99`, `100-199` and `0-149` only the first two hold all.
 */
export function widestCover<File extends { readonly range: OffsetRange }>(
  files: readonly File[],
): readonly File[] {
  const byEnd = [...files].sort((a, b) => Number(a.range.endOffset - b.range.endOffset));
  /** The best choice of the first `n` files. */
  const best: Choice<File>[] = [{ offsets: 0n, count: 0, last: undefined, before: undefined }];
  for (const file of byEnd) {
    const { startOffset, endOffset } = file.range;
    const before = best[endingBy(byEnd, startOffset)];
    const without = best.at(-1);
    if (before === undefined || without === undefined) continue; // there always are
    const offsets = before.offsets + endOffset - startOffset;
    const withIt: Choice<File> = { offsets, count: before.count + 1, last: file, before };
    const isBetter =
      offsets > without.offsets || (offsets === without.offsets && withIt.count < without.count);
    best.push(isBetter ? withIt : without);
  }
  const chosen: File[] = [];
  for (let choice = best.at(-1); choice?.last !== undefined; choice = choice.before) chosen.push(choice.last);
  return chosen.toReversed();
}

interface Choice<File> {
  readonly offsets: bigint;
  readonly count: number;
  readonly last: File | undefined;
  /** What was chosen before `last`. */
  readonly before: Choice<File> | undefined;
}

/** How many of these, which are in order of their ends, end by an offset. */
function endingBy(files: readonly { readonly range: OffsetRange }[], offset: bigint): number {
  let [low, high] = [0, files.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((files[middle]?.range.endOffset ?? 0n) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
