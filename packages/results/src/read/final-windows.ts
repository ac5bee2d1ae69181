import type { ObjectStore } from '@client-tickets/micro-batch';
import type { DeclaredWindows } from '../layout/declaration.ts';
import {
  finalWindowsPrefix,
  parseFinalWindowsKey,
  RESULT_FORMATS,
  type ResultFormat,
} from '../layout/result-keys.ts';
import { wholeFile } from './file-parts.ts';
import { gatherWindows, WINDOW_COLUMNS, type ReadWindow } from './gather-windows.ts';
import { readJsonLines } from './read-json-lines.ts';
import { READ_LIMITS } from './read-limits.ts';
import { readParquetTable } from './read-parquet-table.ts';

/** The files of one day's final windows, `2026-11-26`, by their format. */
export interface FinalDayFiles {
  readonly date: string;
  readonly keys: Readonly<Partial<Record<ResultFormat, string>>>;
}

/** All days that have a file, in ascending order. Rejects as the store does. */
export async function listFinalDays(
  results: Pick<ObjectStore, 'list'>,
  { name }: DeclaredWindows,
): Promise<readonly FinalDayFiles[]> {
  const days = new Map<string, Partial<Record<ResultFormat, string>>>();
  for await (const { key } of results.list(finalWindowsPrefix(name))) {
    const date = parseFinalWindowsKey(name, key);
    const format = RESULT_FORMATS.find((each) => key.endsWith(`.${each}`));
    if (date !== undefined && format !== undefined) days.set(date, { ...days.get(date), [format]: key });
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([date, keys]) => ({ date, keys }));
}

/**
 * The windows of one such file, in its order; `undefined`: it is not there. Throws a `RangeError` that says why it can't be read, and
 * rejects as the store does.
 */
export async function readFinalWindows(
  results: Pick<ObjectStore, 'get'>,
  file: DeclaredWindows,
  key: string,
  format: ResultFormat,
): Promise<readonly ReadWindow[] | undefined> {
  const object = await results.get(key, { mostBytes: READ_LIMITS.countsBytes });
  if (object === undefined) return undefined;
  const { body } = object;
  const rows = format === 'json' ? readLines(file, body) : await readTable(body);
  const windows = gatherWindows(file, format === 'json' ? 'line' : 'row', rows);
  return windows.map(({ start, end, counts }) => ({ start, end, counts }));
}

function* readLines({ column, countColumn }: DeclaredWindows, body: Uint8Array): Iterable<unknown> {
  for (const { value } of readJsonLines(body, new Set([...WINDOW_COLUMNS, column, countColumn]))) yield value;
}

async function readTable(body: Uint8Array): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  try {
    const groups = readParquetTable(wholeFile(body), BigInt(READ_LIMITS.rows), (there) =>
      [...there].slice(1),
    ); // but the root
    for await (const group of groups) rows.push(...group.rows());
    return rows;
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new RangeError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
