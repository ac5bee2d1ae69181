import { parquetScan, type FileMetaData, type RowGroup } from 'hyparquet';
import { checkPages, chunkSpan, type FileSpan } from './check-pages.ts';
import { ahead, type FileParts } from './file-parts.ts';
import { decompressSnappy } from './page-codecs.ts';
import { readFooter } from './read-footer.ts';
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
 * timestamps are microseconds. What the footer claims is checked before anything is decompressed: no file has more than `mostRows`.
 * Memory holds the bytes of two parts, of which the second is on its way, and one row group decoded. Rejects as reading the file does, and
 * with an `Error` that says what is wrong with it.
 */
export async function* readParquetTable(
  file: FileParts,
  mostRows: bigint,
  choose: (there: ReadonlySet<string>) => readonly string[],
): AsyncGenerator<ParquetGroup> {
  const metadata = await readFooter(file);
  checkClaims(metadata, mostRows);
  const names = [...choose(new Set(metadata.schema.map(({ name }) => name)))];
  let span: FileSpan = { start: 0, bytes: new Uint8Array() };
  const scan = await parquetScan({
    file: { byteLength: file.size, slice: (from, to = file.size) => copyOf(file, span, from, to) },
    metadata,
    columns: names,
    compressors: { SNAPPY: decompressSnappy },
    parsers: {
      timestampFromMilliseconds: (ms) => ms * 1_000n,
      timestampFromMicroseconds: (micros) => micros,
    },
  });
  let start = 0;
  for await (const [group, found] of groupSpans(file, metadata)) {
    span = found;
    checkPages(span, group, decompressSnappy);
    const end = start + Number(group.num_rows);
    const read = names.map(
      async (column) => [column, await scan.readColumn({ column, rowStart: start, rowEnd: end })] as const,
    );
    const values = new Map(await Promise.all(read));
    const length = end - start;
    yield { start, rows: () => toRows(values, length) };
    start = end;
  }
}

/** Row groups that are read at once. */
interface GroupsRead {
  readonly groups: readonly RowGroup[];
  readonly start: number;
  readonly end: number;
}

/**
 * Puts row groups together that are read at once: as many as `partBytes` hold, and at least one. Throws a `RangeError` when they overlap: a
 * small footer could have a large file read for each of hundreds of groups.
 */
function planReads({ row_groups }: FileMetaData, { size, partBytes }: FileParts): readonly GroupsRead[] {
  const reads: GroupsRead[] = [];
  for (const group of row_groups) {
    const { start, end } = groupSpan(group, size);
    const last = reads.at(-1);
    if (last !== undefined && start < last.end)
      throw new RangeError('a row group begins before the one ahead of it ends');
    if (last !== undefined && end - last.start <= partBytes)
      reads[reads.length - 1] = { groups: [...last.groups, group], start: last.start, end };
    else reads.push({ groups: [group], start, end });
  }
  return reads;
}

/** Where a row group lies, as far as the file has it. */
function groupSpan({ columns }: RowGroup, size: number): { readonly start: number; readonly end: number } {
  const chunks = columns.flatMap(({ meta_data }) => (meta_data ? [chunkSpan(meta_data)] : []));
  const within = (at: number): number => Math.min(Math.max(at, 0), size);
  const start = within(Math.min(...chunks.map((chunk) => chunk.start)));
  return { start, end: Math.max(start, within(Math.max(...chunks.map((chunk) => chunk.end)))) };
}

/** The bytes of each row group; those that are read next are on their way while one is looked at. */
async function* groupSpans(
  file: FileParts,
  metadata: FileMetaData,
): AsyncGenerator<readonly [RowGroup, FileSpan]> {
  const reads = planReads(metadata, file);
  const load = (read: GroupsRead | undefined): Promise<Uint8Array> | undefined =>
    read &&
    ahead(read.start < read.end ? file.read(read.start, read.end) : Promise.resolve(new Uint8Array()));
  let next = load(reads[0]);
  for (const [index, { groups, start }] of reads.entries()) {
    const bytes = (await next) ?? new Uint8Array();
    next = load(reads[index + 1]);
    for (const group of groups) yield [group, { start, bytes }];
  }
}

/** The decoder wants memory of its own. What does not lie within a row group, such as an index, is read from the file. */
async function copyOf(file: FileParts, span: FileSpan, from: number, to: number): Promise<ArrayBuffer> {
  const [start, end] = [from - span.start, to - span.start];
  if (start >= 0 && end <= span.bytes.length) return new Uint8Array(span.bytes.subarray(start, end)).buffer;
  const until = Math.min(to, file.size); // a damaged footer leads out of the file
  return from >= 0 && from < until ? new Uint8Array(await file.read(from, until)).buffer : new ArrayBuffer(0);
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
