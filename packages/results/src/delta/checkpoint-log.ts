import { compareAndSwap, ObjectStoreError, type ObjectStore } from '@client-tickets/micro-batch';
import { z } from 'zod';
import { tableLogPrefix } from '../layout/result-keys.ts';
import type { Action } from './actions.ts';
import { decodeCheckpoint, MOST_ACTIONS, type CheckpointFile } from './checkpoint-file.ts';
import { formatVersion } from './commit-log.ts';

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ATTEMPTS = 5;

/** `_last_checkpoint`, as far as it matters here. Other programs may write one in several parts. */
const pointer = z.object({
  version: z.int().nonnegative(),
  size: z.int().nonnegative().catch(0),
  parts: z.int().positive().max(10_000).nullish(),
});

type Newest = z.infer<typeof pointer>;

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

  /** The newest: its version, and its number of actions. `undefined`: there is none that could be read here. */
  async newest(): Promise<Newest | undefined> {
    return (await this.#readPointer())?.newest;
  }

  /** `undefined`: there is none, or not one that can be read: it was written by another program, in its own way. */
  async readNewest(): Promise<Checkpoint | undefined> {
    const found = await this.#read();
    return found instanceof Error ? undefined : found;
  }

  /** Why the newest can't be read here, and what to do. `undefined`: it can, or there is none. */
  async problem(): Promise<string | undefined> {
    const found = await this.#read();
    if (!(found instanceof Error)) return undefined;
    return `${found.message}. Have another program write a checkpoint, as delta-rs does with DeltaTable(…).create_checkpoint()`;
  }

  async #read(): Promise<Checkpoint | Error | undefined> {
    const last = await this.#readPointer();
    if (last === undefined) return undefined;
    if (last.newest === undefined) return new RangeError(`${this.#pointerKey} names no checkpoint`);
    const { version, parts } = last.newest;
    const actions: Action[] = [];
    for (const key of this.#keys(version, parts ?? 1)) {
      try {
        const found = await this.#results.get(key, { mostBytes: MOST_BYTES });
        if (found === undefined) return new RangeError(`${key} is not there, although a checkpoint is named`);
        for await (const action of decodeCheckpoint(found.body)) actions.push(action);
      } catch (error) {
        if (error instanceof ObjectStoreError && error.code === 'unavailable') throw error;
        const reason = error instanceof Error ? error.message : String(error);
        return new RangeError(`${key} can't be read here: ${reason}`, { cause: error });
      }
      if (actions.length > MOST_ACTIONS)
        return new RangeError(`${key}: expected at most ${MOST_ACTIONS} actions in all parts`);
    }
    return { version, actions };
  }

  #keys(version: number, parts: number): readonly string[] {
    if (parts === 1) return [this.#key(version)];
    const number = (value: number): string => String(value).padStart(10, '0');
    return Array.from({ length: parts }, (_, index) => {
      return `${this.#prefix}${formatVersion(version)}.checkpoint.${number(index + 1)}.${number(parts)}.parquet`;
    });
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
