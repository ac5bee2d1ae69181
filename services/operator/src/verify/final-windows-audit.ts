import type { ObjectStore } from '@client-tickets/micro-batch';
import { windowName } from '@client-tickets/records';
import {
  DAY_MS,
  finalWindowsKey,
  listFinalDays,
  readFinalWindows,
  RESULT_FORMATS,
  type DeclaredWindows,
  type FinalDayFiles,
  type ReadWindow,
} from '@client-tickets/results';
import { isDeepStrictEqual } from 'node:util';
import type { Difference } from './difference.ts';
import type { ExpectedWindows } from './expected-windows.ts';

const MOST_NAMED = 5;

/**
 * Holds the files of days that are over to what their windows must count: every final window is there once, in each format. Files are put
 * once and final counts stay, so it does not matter when they are read.
 */
export async function auditFinalWindows(options: {
  readonly results: ObjectStore;
  readonly file: DeclaredWindows;
  readonly expected: ExpectedWindows;
  /** Up to where windows are final, in milliseconds since the epoch; `undefined`: none are known to be. */
  readonly until: number | undefined;
  /** No state holds all windows of days that begin before it: of these no consumer puts a file any more. */
  readonly droppedUntil: number;
}): Promise<readonly Difference[]> {
  const { results, file, expected, until = -Infinity, droppedUntil } = options;
  const days = new Map<string, Map<number, readonly number[]>>();
  for (const [start, counts] of expected.windows) {
    const date = dayOf(start);
    days.set(date, (days.get(date) ?? new Map<number, readonly number[]>()).set(start, counts));
  }
  const files = new Map((await listFinalDays(results, file)).map((day) => [day.date, day]));
  const differences: Difference[] = [];
  for (const date of [...new Set([...days.keys(), ...files.keys()])].sort()) {
    const start = Date.parse(date);
    const isOver = start + DAY_MS <= until;
    const advice = start < droppedUntil ? RESTORE : WRITTEN_AGAIN;
    const windows = days.get(date) ?? new Map<number, readonly number[]>();
    const found = files.get(date);
    if (found !== undefined)
      differences.push(
        ...(await auditDay({ results, file, found, expected: { ...expected, windows }, isOver, advice })),
      );
    else if (start < droppedUntil && isOver && windows.size > 0)
      differences.push(
        ...RESULT_FORMATS.map((format) => missing(finalWindowsKey(file.name, date, format), RESTORE)),
      );
  }
  return differences;
}

const RESTORE =
  'Restore it from a copy. Without one, stop the consumers, delete the files of that day and all partition checkpoints, and run ' +
  '`tickets rebuild-checkpoint`: the next start counts its windows from the rows and writes it';
const WRITTEN_AGAIN =
  'Restore it from a copy, or delete the files of that day: a consumer writes them again when it starts';

function missing(key: string, advice: string): Difference {
  return { code: 'file_missing', key, message: `${key} is not there, although its day is over. ${advice}` };
}

async function auditDay(day: {
  readonly results: ObjectStore;
  readonly file: DeclaredWindows;
  readonly found: FinalDayFiles;
  /** Of that day. */
  readonly expected: ExpectedWindows;
  readonly isOver: boolean;
  readonly advice: string;
}): Promise<readonly Difference[]> {
  const { results, file, found, advice } = day;
  const differences: Difference[] = [];
  let first: readonly ReadWindow[] | undefined;
  for (const format of RESULT_FORMATS) {
    const key = finalWindowsKey(file.name, found.date, format);
    const read = await readFinalWindows(results, file, key, format).catch((error: unknown) => {
      if (error instanceof RangeError) return error;
      throw error;
    });
    if (read === undefined) {
      // JSON is put last, so it may follow.
      if (format === 'parquet' || advice === RESTORE) differences.push(missing(key, advice));
    } else if (read instanceof RangeError) {
      const message = `${key} can't be read: ${read.message}. ${advice}`;
      differences.push({ code: 'file_damaged', key, message });
    } else if (first === undefined) {
      first = read;
      const problems = compare(read, day);
      const shown = problems.slice(0, MOST_NAMED).join(', ');
      const message = `${key} is not what the windows of its day come to: ${shown}. ${advice}`;
      if (problems.length > 0) differences.push({ code: 'counts_differ', key, message });
    } else if (!isDeepStrictEqual(read, first)) {
      const message = `${key} holds other windows than the other format. ${advice}`;
      differences.push({ code: 'formats_differ', key, message });
    }
  }
  return differences;
}

/** What is wrong with the windows of a day. What they count is known once it is over: after a rebuild some of it is counted again. */
function compare(
  found: readonly ReadWindow[],
  {
    file: { values },
    found: { date },
    expected,
    isOver,
  }: Pick<Parameters<typeof auditDay>[0], 'file' | 'found' | 'expected' | 'isOver'>,
): readonly string[] {
  const starts = new Set(found.map(({ start }) => start));
  const wrong = found.flatMap(({ start, counts }) => {
    const name = windowName(start);
    if (dayOf(start) !== date) return [`${name} is of another day`];
    const strange = Object.keys(counts).filter((kind) => !values.includes(kind));
    if (strange.length > 0) return [`${name} ${strange.join(' and ')} is none of ${values.join(', ')}`];
    const isExact = expected.isExact(start);
    return values.flatMap((value, kind) => {
      const [count, least] = [counts[value], expected.windows.get(start)?.[kind] ?? 0];
      const isRight = count !== undefined && (!isOver || (isExact ? count === least : count >= least));
      return isRight
        ? []
        : [`${name} ${value} ${count ?? 'nothing'} instead of ${isExact ? '' : 'at least '}${least}`];
    });
  });
  const lacking = [...expected.windows].filter(
    ([start, least]) => isOver && !starts.has(start) && least.some((count) => count > 0),
  );
  return [...wrong, ...lacking.map(([start]) => `${windowName(start)} is missing`)];
}

function dayOf(start: number): string {
  return new Date(start).toISOString().slice(0, 'yyyy-mm-dd'.length);
}
