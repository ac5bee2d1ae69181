const MIB = 1024 * 1024;

/**
 * What readers take before they say that a file is none of ours. An engine's batch has 8 MiB of messages, or one message of
 * any size that brokers take, so nothing that was written here comes near; a planted file must not cost the
 * memory of the process that looks at it.
 */
export const READ_LIMITS = {
  fileBytes: 256 * MIB,
  /** Of published counts: a line for each type, team or hour. */
  countsBytes: 8 * MIB,
  /** Of a Parquet file: a row group, of which a file has few, takes 2 kB. */
  footerBytes: MIB,
  /** Of one row group. */
  rows: 1024 * 1024,
  /** Of a Parquet file, whose shortest rows take some four bytes. */
  fileRows: 64 * 1024 * 1024,
  /** Of one row group, and of one page, as they decompress. */
  decompressedBytes: 256 * MIB,
} as const;

/** Throws a `RangeError` for a file that is larger than any that is written here. */
export function checkFileSize(size: number): void {
  if (size <= READ_LIMITS.fileBytes) return;
  throw new RangeError(
    `expected at most ${READ_LIMITS.fileBytes} bytes, found ${size}; no query writes such a file, so it is not read`,
  );
}
