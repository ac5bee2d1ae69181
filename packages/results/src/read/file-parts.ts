import type { ListedObject, ObjectStore } from '@client-tickets/micro-batch';
import { checkFileSize, READ_LIMITS } from './read-limits.ts';

const MIB = 1024 * 1024;

/** A part of a large file. One that is no larger is read by a single request. */
const PART_BYTES = 8 * MIB;
/** How much of a large file's end is read at once: the footer of a Parquet file takes 2 kB for each row group. */
export const END_BYTES = MIB / 4;

/** A stored file of which memory holds what is being looked at. All parts are of the file as it was when it was opened. */
export interface FileParts {
  /** In bytes. */
  readonly size: number;
  /** How many bytes are best read at once; at least 1. */
  readonly partBytes: number;
  /** From `start` to before `end`, both within the file. Rejects as the store does, and with a `FileReplacedError`. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A file was replaced or deleted before it was read to its end. What was read of it is right, but not known to be all. */
export class FileReplacedError extends Error {
  override readonly name = 'FileReplacedError';

  constructor(key: string) {
    super(`${key} was replaced or deleted while it was read`);
  }
}

/** A file that is in memory. */
export function wholeFile(body: Uint8Array): FileParts {
  return {
    size: body.length,
    partBytes: Math.max(body.length, 1),
    read: (start, end) => Promise.resolve(body.subarray(start, end)),
  };
}

export interface OpenPartsOptions {
  /** What its reader asks for first. Default: `start`. */
  readonly first?: 'start' | 'end';
  /** Default: 8 MiB. */
  readonly partBytes?: number;
}

/**
 * Opens a file that was listed, and reads its first part, or all of it when it is small. `undefined`: it is not there, or does not reach
 * as far as it did. Rejects as the store does, and with a `RangeError` when it is larger than any that is written here.
 */
export async function openParts(
  results: Pick<ObjectStore, 'get' | 'getPart'>,
  { key, size }: ListedObject,
  { first = 'start', partBytes = PART_BYTES }: OpenPartsOptions = {},
): Promise<FileParts | undefined> {
  checkFileSize(size);
  if (size <= partBytes) {
    const found = await results.get(key, { mostBytes: READ_LIMITS.fileBytes });
    return found && wholeFile(found.body);
  }
  const start = first === 'start' ? 0 : size - Math.min(END_BYTES, partBytes);
  const opened = await results.getPart(key, { start, end: first === 'start' ? partBytes : size });
  if (opened === undefined) return undefined;
  checkFileSize(opened.size);
  const { version } = opened;
  let held: Uint8Array | undefined = opened.body;
  return {
    size: opened.size,
    partBytes,
    async read(from, to) {
      if (held !== undefined && from >= start && to <= start + held.length) {
        const bytes = held.subarray(from - start, to - start);
        if (first === 'start') held = undefined; // a reader goes on from there, and does not come back
        return bytes;
      }
      const part = await results.getPart(key, { start: from, end: to, version });
      if (part?.body.length !== to - from) throw new FileReplacedError(key);
      return part.body;
    },
  };
}

/** All parts of a file one after the other. The next one is on its way while one is looked at. */
export async function* inParts(file: FileParts): AsyncGenerator<Uint8Array> {
  const { size, partBytes } = file;
  const readAt = (start: number): Promise<Uint8Array> | undefined =>
    start < size ? ahead(file.read(start, Math.min(start + partBytes, size))) : undefined;
  let next = readAt(0);
  for (let end = partBytes; next !== undefined; end += partBytes) {
    const part: Uint8Array = await next;
    next = readAt(end);
    yield part;
  }
}

/** What is read before it is asked for: a failure is told when its turn comes, or never. */
export function ahead<T>(reading: Promise<T>): Promise<T> {
  reading.catch(() => undefined);
  return reading;
}
