import type { OffsetRange } from '@client-tickets/micro-batch';
import { RESULT_FORMATS, type ResultFormat } from './layout/result-keys.ts';
import { readJsonRows } from './read/read-json-rows.ts';
import { readParquetRows } from './read/read-parquet-rows.ts';
import type { RowColumns, StoredRow } from './read/stored-row.ts';

/**
 * How a file of one range is read: its rows one at a time, as often as they are asked for. Rejects, and reading throws, with an
 * `Error` that says where it is no such file.
 */
type ReadRows = (
  columns: RowColumns,
  body: Uint8Array,
  range: OffsetRange,
) => Promise<() => Iterable<StoredRow>>;

/** How files of each format are read. */
export const FORMATS: Readonly<Record<ResultFormat, { readonly read: ReadRows }>> = {
  json: { read: (columns, body) => Promise.resolve(() => readJsonRows(columns, body)) },
  parquet: {
    read: (columns, body, { startOffset, endOffset }) =>
      readParquetRows(columns, body, endOffset - startOffset),
  },
};

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
