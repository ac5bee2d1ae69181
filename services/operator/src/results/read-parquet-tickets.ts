import { parquetMetadata, parquetScan, type AsyncBuffer } from 'hyparquet';
import { COLUMNS, toStoredTicket, type StoredTicket } from './stored-ticket.ts';

/**
 * The rows of a Parquet ticket file, a row group at a time, so that memory is bounded by the writer's row groups.
 * Throws an `Error` that says what is wrong with the file.
 */
export async function* readParquetTickets(body: Uint8Array): AsyncIterable<Iterable<StoredTicket>> {
  const file = toAsyncBuffer(body);
  const metadata = parquetMetadata(await file.slice(0));
  const rows = Number(metadata.num_rows);
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    // A scan keeps what it has read: one for each group lets go of the one before.
    const scan = await parquetScan({ file, metadata, columns: [...COLUMNS] });
    const columns = await Promise.all(
      COLUMNS.map(
        async (column) => [column, await scan.readColumn({ column, rowStart: start, rowEnd: end })] as const,
      ),
    );
    yield toRows(new Map(columns), start, end);
    start = end;
  }
  if (start !== rows) throw new RangeError(`the footer says ${rows} rows, the row groups hold ${start}`);
}

type Columns = ReadonlyMap<string, ArrayLike<unknown>>;

function* toRows(columns: Columns, start: number, end: number): Iterable<StoredTicket> {
  for (let row = start; row < end; row += 1) {
    const found: Record<string, unknown> = {};
    for (const [name, values] of columns) found[name] = values[row - start];
    try {
      yield toStoredTicket(found);
    } catch (error) {
      throw new RangeError(`row ${row + 1}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}

function toAsyncBuffer(body: Uint8Array): AsyncBuffer {
  const { buffer, byteOffset, byteLength } = body;
  const bytes =
    buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength
      ? buffer
      : Uint8Array.from(body).buffer;
  return { byteLength, slice: (start, end) => bytes.slice(start, end) };
}
