import { constants } from 'node:fs';
import { mkdir, open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from './error-code.ts';
import { openFile, PRIVATE_FOLDER } from './private-file.ts';

/**
 * Makes a folder with those above it, durably. One at a time: `mkdir` with `recursive` never comes back from /proc, and on Node 20
 * calls a folder that may not be written `ENOENT`.
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await isFolder(at)); at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    await mkdir(folder, PRIVATE_FOLDER).catch(async (error: unknown) => {
      const isThere = errorCode(error) === 'EEXIST' && (await isFolder(folder)); // another process made it meanwhile
      if (!isThere) throw error;
    });
    await syncFolder(dirname(folder)); // the name of each new folder is in its parent
  }
}

/** Writes a new private file and makes its content durable, not yet its name. Rejects with `EEXIST` when there is one. */
export async function createFile(path: string, content: Uint8Array | string): Promise<void> {
  await writeNew(path, content, constants.O_EXCL);
}

/** Puts a whole new content in the place of a file, durably. */
export async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  await writeNew(draft, content, constants.O_TRUNC);
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** Makes the names in a folder durable, which the sync of a file does not. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows can't open folders; NTFS keeps names in its journal
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeNew(path: string, content: Uint8Array | string, flag: number): Promise<void> {
  const file = await openFile(path, constants.O_WRONLY | constants.O_CREAT | flag);
  try {
    await writeWhole(file, typeof content === 'string' ? Buffer.from(content) : content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** In one request to the disk as a rule; `writeFile` would make one of each 512 KiB. `at`: where in the file. */
export async function writeWhole(file: FileHandle, content: Uint8Array, at = 0): Promise<void> {
  for (let written = 0; written < content.length;) {
    const { bytesWritten } = await file.write(content, written, content.length - written, at + written);
    written += bytesWritten;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
