const DIGITS = 20; // what an unsigned 64-bit offset needs, so that names sort like numbers

/** Offsets `[startOffset, endOffset)` of one partition. */
export interface OffsetRange {
  readonly startOffset: bigint;
  readonly endOffset: bigint;
}

/** `00000000000000000000-00000000000000000049` for offsets 0 to 49: first and last, both included. */
export function formatRange({ startOffset, endOffset }: OffsetRange): string {
  const pad = (offset: bigint): string => offset.toString().padStart(DIGITS, '0');
  return `${pad(startOffset)}-${pad(endOffset - 1n)}`;
}

/** The inverse of `formatRange`; `undefined` when the text is no range. */
export function parseRange(text: string): OffsetRange | undefined {
  const match = /^(\d{20})-(\d{20})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const range = { startOffset: BigInt(match[1]), endOffset: BigInt(match[2]) + 1n };
  return range.startOffset < range.endOffset ? range : undefined;
}
