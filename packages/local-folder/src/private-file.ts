import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, realpath, type FileHandle } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { errorCode, systemError } from './error-code.ts';

/** Files and folders are for the user of the process alone: tickets are personal data. */
const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

/** The code of what is opened and is no file: a folder, a pipe, a device. */
export const NOT_A_FILE = 'ENOTFILE';

/** Windows has neither, and `|` takes `undefined` for 0. */
const NEITHER_LINK_NOR_PIPE = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What is this small is read in one go: a lock, user metadata, bounds. */
const SMALL_BYTES = 64 * 1024;

/**
 * Opens a regular file and nothing else, with `flags` of `fs.constants`. A symbolic link is not followed (`ELOOP`), and a pipe
 * or a device, which could be waited for until the end of time, is not touched (`NOT_A_FILE`). A new file is private.
 */
export async function openFile(path: string, flags: number = constants.O_RDONLY): Promise<FileHandle> {
  const isNew = (flags & constants.O_EXCL) !== 0;
  return isNew
    ? open(path, flags | NEITHER_LINK_NOR_PIPE, PRIVATE_FILE)
    : (await openFound(path, flags)).file;
}

async function openFound(
  path: string,
  flags: number,
): Promise<{ readonly file: FileHandle; readonly stat: BigIntStats }> {
  const file = await open(path, flags | NEITHER_LINK_NOR_PIPE, PRIVATE_FILE);
  const stat = await file.stat({ bigint: true });
  if (stat.isFile()) return { file, stat };
  await file.close();
  throw systemError(NOT_A_FILE, `${path} is no file`);
}

/** A file that is replaced by others and not changed itself. */
export interface WholeFile {
  readonly stat: BigIntStats;
  /** From `start` to before `end`; default: all of it. */
  read(start?: number, end?: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Rejects as `openFile` does. Costs as few requests to the disk as reading a file can. */
export async function openWholeFile(path: string): Promise<WholeFile> {
  const { file, stat } = await openFound(path, constants.O_RDONLY);
  return {
    stat,
    read: async (start = 0, end = Number(stat.size)) => {
      const content = Buffer.allocUnsafeSlow(end - start);
      for (let read = 0; read < content.length;) {
        const { bytesRead } = await file.read(content, read, content.length - read, start + read);
        if (bytesRead === 0) return content.subarray(0, read);
        read += bytesRead;
      }
      return content;
    },
    close: () => file.close(),
  };
}

/** The whole content of a file that can't be large. Rejects as `openFile` does, and with `EFBIG` above 64 KiB. */
export async function readSmallFile(path: string): Promise<Buffer> {
  const file = await openWholeFile(path);
  try {
    const { size } = file.stat;
    if (size > SMALL_BYTES)
      throw systemError('EFBIG', `${path} has ${size} bytes, at most ${SMALL_BYTES} were expected`);
    return await file.read();
  } finally {
    await file.close();
  }
}

/**
 * Rejects with `ELOOP` when a folder or file on the way from `root` down to `path` is a symbolic link, which would lead a write or
 * a removal out of `root`. What is not there is no link. `root` itself may be one.
 */
export async function assertNoLinks(root: string, path: string): Promise<void> {
  // One request to the disk where all is well, instead of one for each part.
  if ((await realpath(path).catch(() => undefined)) === path) return;
  let at = root;
  for (const part of relative(root, path).split(sep)) {
    at = join(at, part);
    try {
      if ((await lstat(at)).isSymbolicLink()) throw systemError('ELOOP', `${at} is a symbolic link`);
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return;
      throw error;
    }
  }
}
