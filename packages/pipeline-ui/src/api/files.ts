import { z } from 'zod';

/** Of a result file that is handed out. It is in memory until its client has taken it; a larger one is read from the store. */
export const MOST_FILE_BYTES = 16 * 1024 * 1024;

/** A result file, as it is stored. */
export interface ResultFile {
  /** For the disk of a reader: `tickets-partition=0-….parquet`. */
  readonly name: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Its answer is the bytes themselves, and no JSON. */
export const resultFileSchema = z.custom<ResultFile>();
