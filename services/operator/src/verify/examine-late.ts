import { windowEnd } from '@client-tickets/records';
import { readLateRows, type FileParts, type LateRowLine, type ListedFile } from '@client-tickets/results';
import type { ExaminedRow, ExaminedRows } from './examined-rows.ts';
import type { FileProblems } from './file-problems.ts';
import type { QueryRows } from './query-rows.ts';
import { readWindowNumber } from './window-number.ts';

/**
 * The late rows that a file names, held to the rows of its range: each is one of them, with its time and window, which was closed; and no
 * row that follows belongs to a window that was closed by then, or it would be named as well.
 */
export async function examineLate(
  { windows }: QueryRows,
  file: ListedFile,
  opened: FileParts | Error | undefined,
  rows: ExaminedRows,
  problems: FileProblems,
): Promise<readonly LateRowLine[]> {
  if (opened === undefined) problems.add(file, 'file_missing', 'was listed, but is not there');
  if (opened === undefined || windows === undefined) return [];
  const wrong = (what: string): void => problems.add(file, 'rows_wrong', what);
  try {
    if (opened instanceof Error) throw opened;
    const late = await readLateRows(opened, windows.time);
    if (late.length === 0) wrong('is empty; such a file is never written');
    const lines = new Map(late.map((line) => [line.offset, line]));
    const names = [...lines.keys()];
    const isSorted = names.length === late.length && names.every((name, at) => name > (names[at - 1] ?? -1n));
    if (!isSorted) wrong('names offsets that do not ascend');
    for (const line of late) {
      const problem = compare(line, rows.find(line.offset), file.partition, windows);
      if (problem !== undefined) wrong(`offset ${line.offset} ${problem}`);
    }
    let watermark = -Infinity;
    for (const { offset, window } of rows) {
      const line = lines.get(offset);
      const end = readWindowNumber(windows, window).start + windows.unitMs;
      if (line === undefined && end <= watermark)
        wrong(`does not name offset ${offset}, whose window was closed before it came`);
      if (line !== undefined && line.watermark < watermark)
        wrong(`offset ${offset} came after a later watermark`);
      watermark = Math.max(watermark, line?.watermark ?? -Infinity);
    }
    return late;
  } catch (error) {
    problems.damaged(file, error);
    return [];
  }
}

/** What is wrong with a line; `undefined`: nothing. */
function compare(
  { partition, at, windowStart, windowEnd: shownEnd, watermark }: LateRowLine,
  row: ExaminedRow | undefined,
  expectedPartition: number,
  windows: NonNullable<QueryRows['windows']>,
): string | undefined {
  if (row === undefined) return 'is no row of these offsets';
  if (partition !== expectedPartition) return `is said to be of partition ${partition}`;
  const { start } = readWindowNumber(windows, row.window);
  if (at !== row.at || windowStart !== start || shownEnd !== windowEnd(start, windows.unitMs))
    return 'has another time or window than its row';
  return watermark >= start + windows.unitMs
    ? undefined
    : 'was not late: the watermark had not closed its window';
}
