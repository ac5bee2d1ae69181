import type { OffsetRange } from '@client-tickets/micro-batch';

/** Offsets as people read them, both ends included: `600–649`. */
export function showOffsets({ startOffset, endOffset }: OffsetRange): string {
  return endOffset - startOffset === 1n ? String(startOffset) : `${startOffset}–${endOffset - 1n}`;
}
