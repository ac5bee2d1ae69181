import { setImmediate } from 'node:timers/promises';
import { parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { PAGE_CODECS } from '../read/page-codecs.ts';
import { wholeFile } from '../read/file-parts.ts';
import { readFooter } from '../read/read-footer.ts';
import { READ_LIMITS } from '../read/read-limits.ts';
import { toAction, type Action } from './actions.ts';
import { CHECKPOINT_COLUMNS, CHECKPOINT_SCHEMA } from './checkpoint-schema.ts';

/** Of a row group. It takes some ten milliseconds, after which others may go on. */
const ROWS = 2_000;

/** More are neither written nor read: so many take a process some 100 MB. */
export const MOST_ACTIONS = 200_000;

export interface CheckpointFile {
  readonly body: Uint8Array;
  /** Number of actions. */
  readonly size: number;
}

/** The Parquet file of a checkpoint, an action a row. Others may go on meanwhile. */
export async function encodeCheckpoint(actions: Iterable<Action>): Promise<CheckpointFile> {
  const writer = new ByteWriter();
  const file = new ParquetWriter({ writer, schema: [...CHECKPOINT_SCHEMA], createdBy: 'client-tickets' });
  let size = 0;
  for (const rows of groups(actions)) {
    if (size > 0) await setImmediate();
    const columnData = CHECKPOINT_COLUMNS.map((name) => ({
      name,
      data: rows.map((row) => row[name] ?? null),
    }));
    void file.write({ columnData, rowGroupSize: rows.length }); // done when it returns, as `finish` is
    size += rows.length;
  }
  void file.finish();
  return { body: writer.getBytes(), size };
}

function* groups(actions: Iterable<Action>): Generator<readonly CheckpointRow[]> {
  let rows: CheckpointRow[] = [];
  for (const action of actions) {
    rows.push(toRow(action));
    if (rows.length < ROWS) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

type CheckpointRow = Readonly<Partial<Record<(typeof CHECKPOINT_COLUMNS)[number], object | null>>>;

/** As the columns have it: 64-bit integers are bigints. Of a state, no file is a change. */
function toRow({ protocol, metaData, txn, remove, add }: Action): CheckpointRow {
  if (add) {
    const { size, modificationTime } = add;
    return { add: { ...add, size: long(size), modificationTime: long(modificationTime), dataChange: false } };
  }
  if (remove) {
    const { size, deletionTimestamp } = remove;
    const numbers = { size: long(size), deletionTimestamp: long(deletionTimestamp) };
    return { remove: { ...remove, ...numbers, dataChange: false } };
  }
  if (txn) return { txn: { ...txn, lastUpdated: long(txn.lastUpdated) } };
  if (metaData) {
    const { provider, options } = metaData.format;
    const format = { provider, options: options ?? {} };
    return { metaData: { ...metaData, format, createdTime: long(metaData.createdTime) } };
  }
  return { protocol: protocol ?? null };
}

function long(value: number | null | undefined): bigint | null {
  return value === null || value === undefined ? null : BigInt(value);
}

/**
 * The actions of a checkpoint, or of a part of one, which another program may have written. Throws an `Error` when it is none, is
 * compressed in a way that is not known here, or claims more than is read.
 */
export async function* decodeCheckpoint(body: Uint8Array): AsyncGenerator<Action> {
  const bytes = toArrayBuffer(body);
  const metadata = await readFooter(wholeFile(body));
  checkClaims(metadata);
  const names = new Set(metadata.schema.map(({ name }) => name));
  const columns = CHECKPOINT_COLUMNS.filter((name) => names.has(name));
  const file: AsyncBuffer = { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) };
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    if (rowStart > 0) await setImmediate();
    const read = { file, metadata, columns, rowStart, rowEnd, compressors: PAGE_CODECS };
    for (const row of await parquetReadObjects(read)) yield toAction(row);
    rowStart = rowEnd;
  }
}

function toArrayBuffer(body: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = body;
  const isWhole = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
  return isWhole ? buffer : Uint8Array.from(body).buffer;
}

function checkClaims({ num_rows, row_groups }: FileMetaData): void {
  if (num_rows > MOST_ACTIONS) {
    throw new RangeError(`expected at most ${MOST_ACTIONS} actions, found ${num_rows}; they are not read`);
  }
  const decompressed = row_groups.reduce((sum, { total_byte_size }) => sum + total_byte_size, 0n);
  if (decompressed <= READ_LIMITS.decompressedBytes) return;
  throw new RangeError(
    `expected columns that decompress to at most ${READ_LIMITS.decompressedBytes} bytes, found ${decompressed}; they are not read`,
  );
}
