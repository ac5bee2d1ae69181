import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { writeWhole } from './durable-file.ts';
import { openFile } from './private-file.ts';

/** The disk begins to write so much while more comes, so that little is left to be waited for at the end. */
const SYNC_BYTES = 16 * 1024 * 1024;

/**
 * A new private file that is filled piece by piece, by one caller after the other, and is durable when `finish` has resolved: its
 * content, not yet its name. Rejects as the disk does; after that only `close` is of use.
 */
export class GrowingFile {
  readonly #file: FileHandle;
  #size = 0;
  #syncedSize = 0;
  /** An error of the disk is told once, so the one that this brings must not be lost. */
  #syncing: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Rejects with `EEXIST` when there is one. */
  static async create(path: string): Promise<GrowingFile> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    return new GrowingFile(await openFile(path, flags));
  }

  /** The bytes may be overwritten once this resolves. */
  async append(bytes: Uint8Array): Promise<void> {
    await writeWhole(this.#file, bytes, this.#size);
    this.#size += bytes.length;
    if (this.#size - this.#syncedSize < SYNC_BYTES) return;
    this.#syncedSize = this.#size;
    await this.#syncing;
    this.#syncing = this.#file.datasync();
    this.#syncing.catch(() => undefined); // heard of by who comes next
  }

  async finish(): Promise<void> {
    await this.#syncing;
    await this.#file.sync();
    await this.#file.close();
  }

  /** Lets go of a file that is not finished. Never rejects. */
  async close(): Promise<void> {
    await this.#syncing.catch(() => undefined);
    await this.#file.close().catch(() => undefined);
  }
}
