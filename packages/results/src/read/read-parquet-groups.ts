import type { FileParts } from './file-parts.ts';
import { readParquetTable, type ParquetGroup } from './read-parquet-table.ts';
import type { RowColumns, StoredRow } from './stored-row.ts';

/**
 * The row groups of a Parquet file, each decoded when it is asked for. A file of a range of `mostRows` offsets has no more rows. Rejects,
 * and reading a group throws, with an `Error` that says what is wrong with the file.
 */
export async function* readParquetGroups(
  columns: RowColumns,
  file: FileParts,
  mostRows: bigint,
): AsyncGenerator<Iterable<StoredRow>> {
  const choose = (there: ReadonlySet<string>): readonly string[] => [
    ...columns.required,
    ...columns.optional.filter((name) => there.has(name)),
  ];
  for await (const group of readParquetTable(file, mostRows, choose))
    yield { [Symbol.iterator]: () => toRows(columns, group) };
}

function* toRows(columns: RowColumns, { start, rows }: ParquetGroup): Generator<StoredRow> {
  let row = start;
  for (const found of rows()) {
    row += 1;
    try {
      yield columns.read(found);
    } catch (error) {
      throw new RangeError(`row ${row}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}
