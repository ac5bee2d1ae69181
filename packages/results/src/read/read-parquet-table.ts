import { parquetScan, type AsyncBuffer, type FileMetaData, type RowGroup } from 'hyparquet';
import { checkPages } from './check-pages.ts';
import { decompressSnappy } from './page-codecs.ts';
import { readFooter, toArrayBuffer } from './read-footer.ts';
import { READ_LIMITS } from './read-limits.ts';
import type { FoundRow } from './stored-row.ts';

/** Rows that follow each other in a file. */
export interface ParquetGroup {
  /** The place of the first of them in the file, from 0. */
  readonly start: number;
  readonly rows: () => Iterable<FoundRow>;
}

/**
 * The row groups of a Parquet file, of the columns that `choose` picks of those that are there, each decoded when it is asked for;
 * timestamps are microseconds. What the footer claims is checked before anything is decompressed: no file has more than `mostRows`. Rejects
 * with an `Error` that says what is wrong with the file.
 */
export async function* readParquetTable(
  body: Uint8Array,
  mostRows: bigint,
  choose: (there: ReadonlySet<string>) => readonly string[],
): AsyncGenerator<ParquetGroup> {
  const bytes = toArrayBuffer(body);
  const file: AsyncBuffer = { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) };
  const metadata = readFooter(bytes);
  checkClaims(metadata, mostRows);
  checkPages(body, metadata, decompressSnappy);
  const names = [...choose(new Set(metadata.schema.map(({ name }) => name)))];
  const scan = await parquetScan({
    file,
    metadata,
    columns: names,
    compressors: { SNAPPY: decompressSnappy },
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
    const length = end - start;
    yield { start, rows: () => toRows(values, length) };
    start = end;
  }
}

function* toRows(columns: ReadonlyMap<string, ArrayLike<unknown>>, length: number): Iterable<FoundRow> {
  for (let row = 0; row < length; row += 1) {
    const found: Record<string, unknown> = {};
    for (const [name, column] of columns) found[name] = column[row];
    yield found;
  }
}

/** What the footer says must be true of a file that a query has written, whatever the pages hold. */
function checkClaims({ num_rows, row_groups }: FileMetaData, mostRows: bigint): void {
  const rows = row_groups.reduce((sum, group) => sum + group.num_rows, 0n);
  if (rows !== num_rows) {
    throw new RangeError(`the footer says ${num_rows} rows, the row groups hold ${rows}`);
  }
  const most = mostRows < READ_LIMITS.fileRows ? mostRows : BigInt(READ_LIMITS.fileRows);
  if (rows > most) throw new RangeError(`expected at most ${most} rows, found ${rows}; they are not read`);
  for (const group of row_groups) checkGroup(group);
}

/** A row group is what is decoded at once. */
function checkGroup({ num_rows, columns }: RowGroup): void {
  if (num_rows > READ_LIMITS.rows) {
    throw new RangeError(
      `expected at most ${READ_LIMITS.rows} rows in a row group, found ${num_rows}; they are not read`,
    );
  }
  let decompressed = 0n;
  for (const { meta_data } of columns) {
    decompressed += meta_data?.total_uncompressed_size ?? 0n;
    if (meta_data?.num_values === num_rows) continue;
    throw new RangeError(
      `expected ${num_rows} values in each column of a row group, found ${meta_data?.num_values ?? 'none'}`,
    );
  }
  if (decompressed <= READ_LIMITS.decompressedBytes) return;
  throw new RangeError(
    `expected columns that decompress to at most ${READ_LIMITS.decompressedBytes} bytes, found ${decompressed}; they are not read`,
  );
}
