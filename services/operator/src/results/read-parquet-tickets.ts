import { parquetMetadata, parquetScan, type AsyncBuffer } from 'hyparquet';
import { COLUMNS, toStoredTicket, type StoredTicket } from './stored-ticket.ts';

/**
 * The rows of a Parquet ticket file. Its columns are decoded at once, its rows made one at a time, as often as they are
 * asked for. Rejects, and reading throws, with an `Error` that says what is wrong with the file.
 */
export async function readParquetTickets(body: Uint8Array): Promise<() => Iterable<StoredTicket>> {
  const bytes = toArrayBuffer(body);
  const file: AsyncBuffer = { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) };
  const metadata = parquetMetadata(bytes);
  const scan = await parquetScan({ file, metadata, columns: [...COLUMNS] });
  const groups: Columns[] = [];
  let start = 0;
  for (const { num_rows } of metadata.row_groups) {
    const end = start + Number(num_rows);
    const read = COLUMNS.map(
      async (column) => [column, await scan.readColumn({ column, rowStart: start, rowEnd: end })] as const,
    );
    groups.push({ start, end, values: new Map(await Promise.all(read)) });
    start = end;
  }
  const rows = Number(metadata.num_rows);
  if (start !== rows) throw new RangeError(`the footer says ${rows} rows, the row groups hold ${start}`);
  return function* () {
    for (const group of groups) yield* toRows(group);
  };
}

/** Of one row group. */
interface Columns {
  readonly start: number;
  readonly end: number;
  readonly values: ReadonlyMap<string, ArrayLike<unknown>>;
}

function* toRows({ start, end, values }: Columns): Iterable<StoredTicket> {
  for (let row = start; row < end; row += 1) {
    const found: Record<string, unknown> = {};
    for (const [name, column] of values) found[name] = column[row - start];
    try {
      yield toStoredTicket(found);
    } catch (error) {
      throw new RangeError(`row ${row + 1}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}

function toArrayBuffer(body: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = body;
  const isWhole = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
  return isWhole ? buffer : Uint8Array.from(body).buffer;
}
