import type { OffsetRange } from '@client-tickets/micro-batch';
import { RESULT_FORMATS, type ResultFormat } from './layout/result-keys.ts';
import { readJsonRows } from './read/read-json-rows.ts';
import { readParquetGroups } from './read/read-parquet-groups.ts';
import type { RowColumns, StoredRow } from './read/stored-row.ts';

/**
 * How a file of one range is read: its rows in groups, each of which is decoded when it is asked for, so that memory need not hold all.
 * Asking for a group rejects, and reading one throws, with an `Error` that says where it is no such file.
 */
type ReadGroups = (
  columns: RowColumns,
  body: Uint8Array,
  range: OffsetRange,
) => AsyncIterable<Iterable<StoredRow>>;

/** How files of each format are read. */
export const FORMATS: Readonly<Record<ResultFormat, { readonly readGroups: ReadGroups }>> = {
  json: {
    async *readGroups(columns, body) {
      yield readJsonRows(columns, body);
    },
  },
  parquet: {
    readGroups: (columns, body, { startOffset, endOffset }) =>
      readParquetGroups(columns, body, endOffset - startOffset),
  },
};

/** All rows of a file at once, for those who know that there are few. Rejects as reading its groups does. */
export async function readRows(
  format: ResultFormat,
  ...file: Parameters<ReadGroups>
): Promise<readonly StoredRow[]> {
  const rows: StoredRow[] = [];
  for await (const group of FORMATS[format].readGroups(...file)) for (const row of group) rows.push(row);
  return rows;
}

/** Reads `json,parquet`, as a setting has it. Throws an `Error` that says what was expected. */
export function parseFormats(given: string): readonly ResultFormat[] {
  const words = given.split(',').map((word) => word.trim().toLowerCase());
  const formats = RESULT_FORMATS.filter((format) => words.includes(format));
  if (formats.length === words.length) return formats;
  const allowed = RESULT_FORMATS.join(', ');
  throw new RangeError(
    `expected one or more of ${allowed}, separated by commas, found ${JSON.stringify(given)}`,
  );
}
