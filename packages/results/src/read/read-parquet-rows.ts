import { parquetScan, snappyUncompress, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { checkPages } from './check-pages.ts';
import { readFooter, toArrayBuffer } from './read-footer.ts';
import { READ_LIMITS } from './read-limits.ts';
import type { RowColumns, StoredRow } from './stored-row.ts';

/**
 * The rows of a Parquet file. Its columns are decoded at once, its rows made one at a time, as often as they are asked for.
 * Rejects, and reading throws, as `readParquetGroups` does.
 */
export async function readParquetRows(
  columns: RowColumns,
  body: Uint8Array,
  mostRows: bigint,
): Promise<() => Iterable<StoredRow>> {
  const groups: Iterable<StoredRow>[] = [];
  for await (const group of readParquetGroups(columns, body, mostRows)) groups.push(group);
  return function* () {
    for (const group of groups) yield* group;
  };
}

/**
 * The row groups of a Parquet file, each decoded when it is asked for. What the footer claims is checked before anything is unfolded:
 * a file of a range of `mostRows` offsets has no more rows. Rejects, and reading a group throws, with an `Error` that says what is
 * wrong with the file.
 */
export async function* readParquetGroups(
  columns: RowColumns,
  body: Uint8Array,
  mostRows: bigint,
): AsyncGenerator<Iterable<StoredRow>> {
  const bytes = toArrayBuffer(body);
  const file: AsyncBuffer = { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) };
  const metadata = readFooter(bytes);
  checkClaims(metadata, mostRows);
  checkPages(body, metadata, unfold);
  const there = new Set(metadata.schema.map(({ name }) => name));
  const names = [...columns.required, ...columns.optional.filter((name) => there.has(name))];
  const scan = await parquetScan({
    file,
    metadata,
    columns: names,
    compressors: { SNAPPY: unfold },
    parsers: {
      timestampFromMilliseconds: (ms) => ms * 1_000n,
      timestampFromMicroseconds: (micros) => micros,
    },
  });
  let start = 0;
  for (const { num_rows } of metadata.row_groups) {
    const end = start + Number(num_rows);
    const read = names.map(
      async (column) => [column, await scan.readColumn({ column, rowStart: start, rowEnd: end })] as const,
    );
    const values = new Map(await Promise.all(read));
    const group = { start, end, values };
    yield { [Symbol.iterator]: () => toRows(columns, group) };
    start = end;
  }
}

interface Group {
  readonly start: number;
  readonly end: number;
  readonly values: ReadonlyMap<string, ArrayLike<unknown>>;
}

function* toRows(columns: RowColumns, { start, end, values }: Group): Generator<StoredRow> {
  for (let row = start; row < end; row += 1) {
    const found: Record<string, unknown> = {};
    for (const [name, column] of values) found[name] = column[row - start];
    try {
      yield columns.read(found);
    } catch (error) {
      throw new RangeError(`row ${row + 1}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}

/** What the footer says must be true of a file that a query has written, whatever the pages hold. */
function checkClaims({ num_rows, row_groups }: FileMetaData, mostRows: bigint): void {
  let rows = 0n;
  let unfolded = 0n;
  for (const group of row_groups) {
    rows += group.num_rows;
    for (const { meta_data } of group.columns) {
      unfolded += meta_data?.total_uncompressed_size ?? 0n;
      if (meta_data?.num_values === group.num_rows) continue;
      throw new RangeError(
        `expected ${group.num_rows} values in each column of a row group, found ${meta_data?.num_values ?? 'none'}`,
      );
    }
  }
  if (rows !== num_rows) {
    throw new RangeError(`the footer says ${num_rows} rows, the row groups hold ${rows}`);
  }
  const most = mostRows < READ_LIMITS.rows ? mostRows : BigInt(READ_LIMITS.rows);
  if (rows > most) throw new RangeError(`expected at most ${most} rows, found ${rows}; they are not read`);
  if (unfolded > READ_LIMITS.unfoldedBytes) {
    throw new RangeError(
      `expected columns that unfold to at most ${READ_LIMITS.unfoldedBytes} bytes, found ${unfolded}; they are not read`,
    );
  }
}

/** A page's header says by itself what it unfolds to. */
function unfold(page: Uint8Array, size: number): Uint8Array {
  if (!(size >= 0 && size <= READ_LIMITS.unfoldedBytes)) {
    throw new RangeError(
      `expected pages that unfold to at most ${READ_LIMITS.unfoldedBytes} bytes, found ${size}`,
    );
  }
  const output = new Uint8Array(size);
  snappyUncompress(page, output);
  return output;
}
