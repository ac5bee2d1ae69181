import { parquetMetadata, type FileMetaData } from 'hyparquet';
import { END_BYTES, type FileParts } from './file-parts.ts';
import { READ_LIMITS } from './read-limits.ts';

const TAIL_BYTES = 8; // the footer's length, and `PAR1`

/**
 * What a Parquet file says of itself, as it claims it. Rejects as reading the file does, with an `Error` when it is none, and with a
 * `RangeError` when its footer is too large.
 */
export async function readFooter(file: FileParts): Promise<FileMetaData> {
  const { size, partBytes } = file;
  const end = await file.read(Math.max(0, size - Math.min(END_BYTES, partBytes)), size);
  const bytes = footerBytes(end) + TAIL_BYTES;
  return parquetMetadata(bytes <= end.length ? end : await file.read(Math.max(0, size - bytes), size));
}

/** Throws a `RangeError` when there are more than are parsed: its parser makes an object of each byte that says so. */
function footerBytes(end: Uint8Array): number {
  const { buffer, byteOffset, length } = end;
  const size =
    length < TAIL_BYTES ? 0 : new DataView(buffer, byteOffset).getUint32(length - TAIL_BYTES, true);
  if (size <= READ_LIMITS.footerBytes) return size;
  throw new RangeError(`expected a footer of at most ${READ_LIMITS.footerBytes} bytes, found ${size}`);
}

/** How many rows a Parquet file says it has. Rejects as `readFooter` does. */
export async function countParquetRows(file: FileParts): Promise<number> {
  return Number((await readFooter(file)).num_rows);
}
