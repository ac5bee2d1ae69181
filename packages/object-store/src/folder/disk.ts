import { link, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Every way in which a folder store changes the disk, as steps between which a machine may stop. A test stops between any
 * two of them.
 */
export interface Disk {
  /** Writes a new file and makes its content durable (not yet its name). Fails when it exists. */
  create(path: string, content: Uint8Array | string): Promise<void>;
  /** Atomic. Fails with EEXIST when `to` exists. */
  link(from: string, to: string): Promise<void>;
  /** Atomic. Replaces `to`. */
  rename(from: string, to: string): Promise<void>;
  /** Succeeds also when there is nothing. */
  remove(path: string): Promise<void>;
  /** With its parents, durably. */
  makeFolder(path: string): Promise<void>;
  /** Makes the names in this folder durable. */
  syncFolder(path: string): Promise<void>;
}

export const localDisk: Disk = {
  create: async (path, content) => {
    const file = await open(path, 'wx');
    try {
      await writeWhole(file, typeof content === 'string' ? Buffer.from(content) : content);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  link,
  rename,
  remove: (path) => rm(path, { force: true }),
  makeFolder: async (path) => {
    const topmost = await mkdir(path, { recursive: true });
    if (topmost === undefined) return;
    // The name of each new folder is in its parent.
    for (let made = path; made.length >= topmost.length; made = dirname(made))
      await syncFolder(dirname(made));
  },
  syncFolder,
};

/** In one request to the disk as a rule; `writeFile` would make one of each 512 KiB. */
async function writeWhole(file: FileHandle, content: Uint8Array): Promise<void> {
  for (let written = 0; written < content.length;) {
    const { bytesWritten } = await file.write(content, written, content.length - written, written);
    written += bytesWritten;
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows can't open folders; NTFS keeps names in its journal
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
