import {
  readDeadLetterGroups,
  type DeadLetter,
  type FileParts,
  type LateRowLine,
  type ListedFile,
  type ListedRange,
  type MergedFile,
  type StoredRow,
} from '@client-tickets/results';
import type { Difference } from './difference.ts';
import { examineRows } from './examine-rows.ts';
import type { ExaminedRows } from './examined-rows.ts';
import type { CoveredRange } from './covered-ranges.ts';
import { examineLate } from './examine-late.ts';
import { FileProblems } from './file-problems.ts';
import type { MergedSlice } from './merged-rows.ts';
import { OffsetOrder } from './offset-order.ts';
import type { OpenFiles } from './open-files.ts';
import type { QueryRows } from './query-rows.ts';

/** What the files of one range hold. */
export interface RangeEvidence extends ListedRange {
  /** Whether its rows are in a merged file as well, so that it needs no Parquet file of its own. */
  readonly isMerged: boolean;
  readonly rows: ExaminedRows;
  /** Offsets of the dead letters. */
  readonly deadLetters: readonly bigint[];
  /** Rows that were late for their window, by their offsets. */
  readonly late: ReadonlyMap<bigint, LateRowLine>;
  /** What is wrong with the files by themselves; at most one thing for each. */
  readonly differences: readonly Difference[];
}

/** Gets what is read, as it is read, and some of it again when a file is read again. */
export interface Seen {
  readonly addRow: (row: StoredRow) => void;
  readonly addLetter: (letter: DeadLetter) => void;
}

/** What is read of a range. */
export interface RangeContent {
  readonly opened: OpenFiles;
  /** Once more, as they are by now. */
  readonly reopen: () => Promise<OpenFiles>;
  /** Its rows in the merged file that covers it; `undefined` where none does. */
  readonly slice: MergedSlice | undefined;
}

const NOTHING: Seen = { addRow: () => undefined, addLetter: () => undefined };

/**
 * Reads the files of a range and holds them to its name: offsets of this range, ascending, each at most once, and the same
 * rows in every format, and in the file that they were merged to.
 *
 * A file that was replaced meanwhile is read again, once: any number of consumers may execute a plan, and all of them write the same bytes.
 */
export async function examineRange(
  rows: QueryRows,
  topic: string,
  listed: CoveredRange,
  { opened, reopen, slice }: RangeContent,
  seen: Seen = NOTHING,
): Promise<RangeEvidence> {
  const first = await examineOnce(rows, topic, listed, { opened, slice }, seen);
  const isReplaced = first.differences.some(({ code }) => code === 'file_replaced');
  return isReplaced ? examineOnce(rows, topic, listed, { opened: await reopen(), slice }, seen) : first;
}

async function examineOnce(
  rows: QueryRows,
  topic: string,
  { merged, ...listed }: CoveredRange,
  { opened, slice }: Omit<RangeContent, 'reopen'>,
  seen: Seen,
): Promise<RangeEvidence> {
  const problems = new FileProblems();
  const ofKind = (kind: ListedFile['kind']): readonly ListedFile[] =>
    listed.files.filter((file) => file.kind === kind);
  const mergedRows = merged && slice && { file: asFile(merged, listed), slice };
  const examined = await examineRows(rows, ofKind('rows'), opened, mergedRows, problems, seen.addRow);
  const unread = slice instanceof Error ? slice : await slice?.finish();
  if (unread !== undefined && mergedRows !== undefined) problems.damaged(mergedRows.file, unread);
  const deadLetters: bigint[] = [];
  for (const file of ofKind('dead_letters')) {
    const parts = opened.get(file.key);
    if (parts === undefined) problems.add(file, 'file_missing', 'was listed, but is not there');
    else {
      const found = await collectDeadLetters(topic, file, parts, examined, problems, seen);
      for (const offset of found) deadLetters.push(offset);
    }
  }
  const late = new Map<bigint, LateRowLine>();
  for (const file of ofKind('late')) {
    const lines = await examineLate(rows, file, opened.get(file.key), examined, problems);
    for (const line of lines) late.set(line.offset, line);
  }
  return {
    ...listed,
    isMerged: slice !== undefined && unread === undefined,
    rows: examined,
    deadLetters,
    late,
    differences: problems.differences,
  };
}

/** As if it held this range alone. */
function asFile({ key, size }: MergedFile, { partition, range, stem }: ListedRange): ListedFile {
  return { key, size, kind: 'rows', format: 'parquet', partition, range, stem };
}

async function collectDeadLetters(
  topic: string,
  file: ListedFile,
  opened: FileParts | Error,
  rows: ExaminedRows,
  problems: FileProblems,
  { addLetter }: Seen,
): Promise<readonly bigint[]> {
  const order = new OffsetOrder(file.partition, file.range);
  const offsets: bigint[] = [];
  const wrong = (what: string): void => problems.add(file, 'rows_wrong', `line ${offsets.length}: ${what}`);
  try {
    if (opened instanceof Error) throw opened;
    for await (const letters of readDeadLetterGroups(opened)) {
      for (const letter of letters) {
        const offset = BigInt(letter.offset);
        addLetter(letter);
        offsets.push(offset);
        const problem = order.next(letter.partition, offset);
        if (letter.topic !== topic) wrong(`expected topic ${topic}, found ${letter.topic}`);
        if (problem !== undefined) wrong(problem);
        if (rows.find(offset) !== undefined) wrong(`offset ${offset} is a row already`);
      }
    }
  } catch (error) {
    problems.damaged(file, error);
    return [];
  }
  if (offsets.length === 0) problems.add(file, 'rows_wrong', 'is empty; such a file is never written');
  return offsets;
}
