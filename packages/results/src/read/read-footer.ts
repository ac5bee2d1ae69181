import { parquetMetadata, type FileMetaData } from 'hyparquet';
import { READ_LIMITS } from './read-limits.ts';

const TAIL_BYTES = 8; // the footer's length, and `PAR1`

/** What a Parquet file says of itself, as it claims it. Throws an `Error` when it is none, or a `RangeError` when its footer is too large. */
export function readFooter(bytes: ArrayBuffer): FileMetaData {
  checkFooterSize(bytes);
  return parquetMetadata(bytes);
}

/** Its parser makes an object of each byte that says so. */
function checkFooterSize(bytes: ArrayBuffer): void {
  const size =
    bytes.byteLength < TAIL_BYTES ? 0 : new DataView(bytes).getUint32(bytes.byteLength - TAIL_BYTES, true);
  if (size <= READ_LIMITS.footerBytes) return;
  throw new RangeError(`expected a footer of at most ${READ_LIMITS.footerBytes} bytes, found ${size}`);
}

/** How many rows a Parquet file says it has. Throws as `readFooter` does. */
export function countParquetRows(body: Uint8Array): number {
  return Number(readFooter(toArrayBuffer(body)).num_rows);
}

export function toArrayBuffer(body: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = body;
  const isWhole = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
  return isWhole ? buffer : Uint8Array.from(body).buffer;
}
