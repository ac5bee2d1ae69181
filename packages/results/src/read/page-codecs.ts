import zlib from 'node:zlib';
import { decompress as decompressZstd } from 'fzstd';
import { snappyUncompress } from 'hyparquet';
import { READ_LIMITS } from './read-limits.ts';

/** A page of a Parquet file as it was before it was compressed; `size`: in bytes, as the page's header says. */
type Decompress = (page: Uint8Array, size: number) => Uint8Array;

/** What is written here. Throws a `RangeError` for a page that says more of itself than any file here holds. */
export const decompressSnappy: Decompress = (page, size) => {
  checkSize(size);
  const output = new Uint8Array(size);
  snappyUncompress(page, output);
  return output;
};

/** By the names that Parquet has for them, with those that other programs choose. No page comes to more than it says, or it is an `Error`. */
export const PAGE_CODECS = {
  SNAPPY: decompressSnappy,
  GZIP: (page, size) => {
    checkSize(size);
    return zlib.gunzipSync(page, { maxOutputLength: Math.max(size, 1) });
  },
  ZSTD: (page, size) => {
    checkSize(size);
    const output = new Uint8Array(size);
    decompressZstd(page, output);
    return output;
  },
} as const satisfies Record<string, Decompress>;

function checkSize(size: number): void {
  if (size >= 0 && size <= READ_LIMITS.decompressedBytes) return;
  throw new RangeError(
    `expected pages that decompress to at most ${READ_LIMITS.decompressedBytes} bytes, found ${size}`,
  );
}
