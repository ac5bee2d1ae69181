import type { OffsetRange } from '@client-tickets/micro-batch';
import { RESULT_FORMATS, type ResultFormat } from './layout/result-keys.ts';
import { wholeFile, type FileParts } from './read/file-parts.ts';
import { readJsonGroups } from './read/read-json-rows.ts';
import { readParquetGroups } from './read/read-parquet-groups.ts';
import type { RowColumns, StoredRow } from './read/stored-row.ts';

/**
 * How a file of one range is read: its rows in groups, each of which is read and decoded when it is asked for, so that memory need not
 * hold all. Asking for a group rejects as reading the file does; that, and reading one, fails with an `Error` that says where it is no
 * such file.
 */
type ReadGroups = (
  columns: RowColumns,
  file: FileParts,
  range: OffsetRange,
) => AsyncIterable<Iterable<StoredRow>>;

/** How files of each format are read, and which part of them first. */
export const FORMATS: Readonly<
  Record<ResultFormat, { readonly first: 'start' | 'end'; readonly readGroups: ReadGroups }>
> = {
  json: { first: 'start', readGroups: readJsonGroups },
  parquet: {
    first: 'end',
    readGroups: (columns, file, { startOffset, endOffset }) =>
      readParquetGroups(columns, file, endOffset - startOffset),
  },
};

/** All rows of a file at once, for those who know that there are few. Rejects as reading its groups does. */
export async function readRows(
  format: ResultFormat,
  columns: RowColumns,
  body: Uint8Array,
  range: OffsetRange,
): Promise<readonly StoredRow[]> {
  const rows: StoredRow[] = [];
  for await (const group of FORMATS[format].readGroups(columns, wholeFile(body), range))
    for (const row of group) rows.push(row);
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
