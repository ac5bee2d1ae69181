import { link, rename, rm } from 'node:fs/promises';
import { createFile, GrowingFile, makeFolder, syncFolder } from '@client-tickets/local-folder';

/**
 * Every way in which a folder store changes the disk, as steps between which a machine may stop. A test stops between any
 * two of them.
 */
export interface Disk {
  /** Writes a new file and makes its content durable (not yet its name). Fails when it exists. */
  create(path: string, content: Uint8Array | string): Promise<void>;
  /** Begins a new file that comes piece by piece. Fails when it exists. */
  begin(path: string): Promise<Pick<GrowingFile, 'append' | 'finish' | 'close'>>;
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
  create: createFile,
  begin: (path) => GrowingFile.create(path),
  link,
  rename,
  remove: (path) => rm(path, { force: true }),
  makeFolder,
  syncFolder,
};
