import { formatRange, type OffsetRange } from '@client-tickets/micro-batch';
import { coversRange, type ListedRange, type MergedFile } from '@client-tickets/results';
import type { MergedSlice } from './merged-rows.ts';

/** A range, and the merged file that holds its rows too, if one does. Without files its rows are in that one alone. */
export interface CoveredRange extends ListedRange {
  readonly merged?: MergedFile | undefined;
}

/** Of offsets that no file of their own holds, so many are looked at together. */
const MOST_OFFSETS = 65_536n;

/**
 * Adds to ranges, as they are listed, which merged file covers each, and what merged files hold between them: once small files were
 * merged, they may be deleted. `wholeOf`: ranges of a partition that are known, and are not told in parts.
 */
export async function* coverRanges(
  ranges: AsyncIterable<ListedRange>,
  merged: readonly MergedFile[],
  wholeOf: (partition: number) => readonly OffsetRange[],
): AsyncIterable<CoveredRange> {
  const holes = new Holes(merged, wholeOf);
  for await (const listed of ranges) {
    yield* holes.before(listed);
    yield { ...listed, merged: holes.pass(listed) };
  }
  yield* holes.rest();
}

/** What merged files hold that no listed range does. */
class Holes {
  readonly #waiting: MergedFile[];
  readonly #wholeOf: (partition: number) => readonly OffsetRange[];
  /** Up to where the first of those that wait was told. */
  #at: bigint | undefined;

  constructor(merged: readonly MergedFile[], wholeOf: (partition: number) => readonly OffsetRange[]) {
    this.#waiting = [...merged].sort((a, b) => (stemOf(a) < stemOf(b) ? -1 : 1));
    this.#wholeOf = wholeOf;
  }

  /** Of merged files up to a range, which is listed next. */
  *before(listed: ListedRange): Generator<CoveredRange> {
    for (;;) {
      const [file] = this.#waiting;
      if (file === undefined) return;
      if (!isBefore(file, listed)) {
        if (coversRange(file, listed)) yield* this.#upTo(file, listed.range.startOffset);
        return;
      }
      yield* this.#upTo(file, file.range.endOffset);
      this.#next();
    }
  }

  /** The merged file that covers a range whose files are there. */
  pass(listed: ListedRange): MergedFile | undefined {
    const [file] = this.#waiting;
    if (file === undefined || !coversRange(file, listed)) return undefined;
    const { endOffset } = listed.range;
    if (endOffset > (this.#at ?? file.range.startOffset)) this.#at = endOffset;
    return file;
  }

  *rest(): Generator<CoveredRange> {
    for (let [file] = this.#waiting; file !== undefined; [file] = this.#waiting) {
      yield* this.#upTo(file, file.range.endOffset);
      this.#next();
    }
  }

  *#upTo(file: MergedFile, endOffset: bigint): Generator<CoveredRange> {
    const startOffset = this.#at ?? file.range.startOffset;
    if (startOffset >= endOffset) return;
    const { partition } = file;
    for (const range of cut({ startOffset, endOffset }, this.#wholeOf(partition)))
      yield { partition, range, stem: stemOf({ partition, range }), files: [], merged: file };
    this.#at = endOffset;
  }

  #next(): void {
    this.#waiting.shift();
    this.#at = undefined;
  }
}

/** Whether neither files nor a merged file hold anything of a range: it was made up from what a merged file spans. */
export function isEmpty({ files }: CoveredRange, slice: MergedSlice | undefined): boolean {
  return files.length === 0 && !(slice instanceof Error) && slice?.isEmpty !== false;
}

type Place = Pick<ListedRange, 'partition' | 'range'>;

/** Ranges are listed in its order. */
const stemOf = ({ partition, range }: Place): string => `partition=${partition}/${formatRange(range)}`;

function isBefore(file: Place, listed: ListedRange): boolean {
  return file.partition === listed.partition
    ? file.range.endOffset <= listed.range.startOffset
    : stemOf(file) < listed.stem;
}

function* cut(range: OffsetRange, whole: readonly OffsetRange[]): Generator<OffsetRange> {
  let { startOffset } = range;
  const within = whole.filter(
    (each) => range.startOffset <= each.startOffset && each.endOffset <= range.endOffset,
  );
  for (const each of [...within, { startOffset: range.endOffset, endOffset: range.endOffset }]) {
    for (; startOffset < each.startOffset; startOffset += MOST_OFFSETS) {
      const end = startOffset + MOST_OFFSETS;
      yield { startOffset, endOffset: end < each.startOffset ? end : each.startOffset };
    }
    if (each.startOffset < each.endOffset) yield each;
    startOffset = each.endOffset;
  }
}
