import { compareAndSwap, ObjectStoreError, type ObjectStore } from '@client-tickets/micro-batch';
import { z } from 'zod';
import { tableLogPrefix } from '../layout/result-keys.ts';
import type { Action } from './actions.ts';
import { decodeCheckpoint, type CheckpointFile } from './checkpoint-file.ts';
import { formatVersion } from './commit-log.ts';

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ATTEMPTS = 5;

/** `_last_checkpoint`, as far as it matters here. One in several parts is not read. */
const pointer = z.object({
  version: z.int().nonnegative(),
  size: z.int().nonnegative().catch(0),
  parts: z.never().nullish(),
});

type Newest = Pick<z.infer<typeof pointer>, 'version' | 'size'>;

/** What all commits up to a version come to. */
export interface Checkpoint {
  readonly version: number;
  readonly actions: readonly Action[];
}

/** The checkpoints of a table's log, `<version>.checkpoint.parquet`, and `_last_checkpoint`, which names the newest. */
export class CheckpointLog {
  readonly #results: ObjectStore;
  readonly #prefix: string;
  readonly #pointerKey: string;

  constructor(results: ObjectStore, table: string) {
    this.#results = results;
    this.#prefix = tableLogPrefix(table);
    this.#pointerKey = `${this.#prefix}_last_checkpoint`;
  }

  /** Whether there is any, be it one that can't be read here. */
  async exists(): Promise<boolean> {
    return (await this.#readPointer()) !== undefined;
  }

  /** The newest: its version, and its number of actions. `undefined`: there is none that could be read here. */
  async newest(): Promise<Newest | undefined> {
    return (await this.#readPointer())?.newest;
  }

  /** `undefined`: there is none, or not one that can be read: it was written by another program, in its own way. */
  async readNewest(): Promise<Checkpoint | undefined> {
    const version = (await this.newest())?.version;
    if (version === undefined) return undefined;
    try {
      const found = await this.#results.get(this.#key(version), { mostBytes: MOST_BYTES });
      if (found === undefined) return undefined;
      const actions: Action[] = [];
      for await (const action of decodeCheckpoint(found.body)) actions.push(action);
      return { version, actions };
    } catch (error) {
      if (error instanceof ObjectStoreError && error.code === 'unavailable') throw error;
      return undefined;
    }
  }

  /** Writes one, unless it is there: any two of a version say the same. It is named as the newest by `announce`. */
  async write(version: number, { body }: CheckpointFile): Promise<void> {
    await this.#results.putIfAbsent(this.#key(version), body, { contentType: 'application/octet-stream' });
  }

  async delete(version: number): Promise<void> {
    await this.#results.delete(this.#key(version));
  }

  /** Names it as the newest, unless a newer one is. */
  async announce(version: number, { body, size }: CheckpointFile, files: number): Promise<void> {
    const about = { version, size, sizeInBytes: body.length, numOfAddFiles: files };
    const text = Buffer.from(JSON.stringify(about));
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const now = await this.#readPointer();
      if (now?.newest !== undefined && now.newest.version >= version) return;
      const put = { contentType: 'application/json' };
      const swapped = await compareAndSwap(this.#results, this.#pointerKey, text, now?.etag, put);
      if (swapped !== undefined) return;
    }
  }

  #key(version: number): string {
    return `${this.#prefix}${formatVersion(version)}.checkpoint.parquet`;
  }

  async #readPointer(): Promise<{ readonly newest?: Newest; readonly etag: string } | undefined> {
    const found = await this.#results.get(this.#pointerKey, { mostBytes: MOST_BYTES });
    if (found === undefined) return undefined;
    const { etag } = found;
    try {
      return { newest: pointer.parse(JSON.parse(Buffer.from(found.body).toString())), etag };
    } catch {
      return { etag }; // readers of Delta's logs go on without it, and so does what is written here
    }
  }
}
