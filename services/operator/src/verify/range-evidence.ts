import {
  readDeadLetters,
  type DeadLetter,
  type LateRowLine,
  type ListedFile,
  type ListedRange,
  type MergedFile,
  type StoredRow,
} from '@client-tickets/results';
import type { Difference } from './difference.ts';
import { examineRows, type ExaminedRow } from './examine-rows.ts';
import type { CoveredRange } from './covered-ranges.ts';
import type { Bodies } from './file-bodies.ts';
import { examineLate } from './examine-late.ts';
import { FileProblems } from './file-problems.ts';
import type { MergedSlice } from './merged-rows.ts';
import { OffsetOrder } from './offset-order.ts';
import type { QueryRows } from './query-rows.ts';

/** What the files of one range hold. */
export interface RangeEvidence extends ListedRange {
  /** Whether its rows are in a merged file as well, so that it needs no Parquet file of its own. */
  readonly isMerged: boolean;
  readonly rows: readonly ExaminedRow[];
  /** Offsets of the dead letters. */
  readonly deadLetters: readonly bigint[];
  /** Rows that were late for their window, by their offsets. */
  readonly late: ReadonlyMap<bigint, LateRowLine>;
  /** What is wrong with the files by themselves; at most one thing for each. */
  readonly differences: readonly Difference[];
}

/** Gets what is read, as it is read. */
export interface Seen {
  readonly addRow: (row: StoredRow) => void;
  readonly addLetter: (letter: DeadLetter) => void;
}

/** What is read of a range. */
export interface RangeContent {
  readonly bodies: Bodies;
  /** Its rows in the merged file that covers it; `undefined` where none does. */
  readonly slice: MergedSlice | undefined;
}

const NOTHING: Seen = { addRow: () => undefined, addLetter: () => undefined };

/**
 * Reads the files of a range and holds them to its name: offsets of this range, ascending, each at most once, and the same
 * rows in every format, and in the file that they were merged to.
 */
export async function examineRange(
  rows: QueryRows,
  topic: string,
  { merged, ...listed }: CoveredRange,
  { bodies, slice }: RangeContent,
  seen: Seen = NOTHING,
): Promise<RangeEvidence> {
  const problems = new FileProblems();
  const ofKind = (kind: ListedFile['kind']): readonly ListedFile[] =>
    listed.files.filter((file) => file.kind === kind);
  const mergedRows = merged && slice && { file: asFile(merged, listed), slice };
  const examined = await examineRows(rows, ofKind('rows'), bodies, mergedRows, problems, seen.addRow);
  const deadLetters = ofKind('dead_letters').flatMap((file) => {
    const body = bodies.get(file.key);
    if (body !== undefined) return collectDeadLetters(topic, file, body, examined, problems, seen);
    problems.add(file, 'file_missing', 'was listed, but is not there');
    return [];
  });
  const late = new Map(
    ofKind('late')
      .flatMap((file) => examineLate(rows, file, bodies.get(file.key), examined, problems))
      .map((line) => [line.offset, line]),
  );
  const isMerged = slice !== undefined && !(slice instanceof Error);
  return { ...listed, isMerged, rows: examined, deadLetters, late, differences: problems.differences };
}

/** As if it held this range alone. */
function asFile({ key, size }: MergedFile, { partition, range, stem }: ListedRange): ListedFile {
  return { key, size, kind: 'rows', format: 'parquet', partition, range, stem };
}

function collectDeadLetters(
  topic: string,
  file: ListedFile,
  body: Uint8Array | Error,
  rows: readonly ExaminedRow[],
  problems: FileProblems,
  { addLetter }: Seen,
): readonly bigint[] {
  const order = new OffsetOrder(file.partition, file.range);
  const rowOffsets = new Set(rows.map(({ offset }) => offset));
  const offsets: bigint[] = [];
  const wrong = (what: string): void => problems.add(file, 'rows_wrong', `line ${offsets.length}: ${what}`);
  try {
    if (body instanceof Error) throw body;
    for (const letter of readDeadLetters(body)) {
      const offset = BigInt(letter.offset);
      addLetter(letter);
      offsets.push(offset);
      const problem = order.next(letter.partition, offset);
      if (letter.topic !== topic) wrong(`expected topic ${topic}, found ${letter.topic}`);
      if (problem !== undefined) wrong(problem);
      if (rowOffsets.has(offset)) wrong(`offset ${offset} is a row already`);
    }
  } catch (error) {
    problems.damaged(file, error);
    return [];
  }
  if (offsets.length === 0) problems.add(file, 'rows_wrong', 'is empty; such a file is never written');
  return offsets;
}
