import type { ObjectStore } from '@client-tickets/micro-batch';
import { tableLogPrefix } from '../layout/result-keys.ts';
import { decodeCommit, type Commit, type TableIdentity } from './commit.ts';

/** A commit is small; one of another program may hold some ten thousand files. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The commits of a table, `<version>.json`, counted from 0. A version is written once. */
export class CommitLog {
  readonly location: string;
  readonly #results: ObjectStore;
  readonly #prefix: string;
  readonly #identity: Omit<TableIdentity, 'columns'>;

  constructor(results: ObjectStore, identity: Omit<TableIdentity, 'columns'>) {
    this.#results = results;
    this.#identity = identity;
    this.#prefix = tableLogPrefix(identity.table);
    this.location = `${results.location}${this.#prefix}`;
  }

  /** All that are there, ascending. */
  async versions(): Promise<readonly number[]> {
    const versions: number[] = [];
    for await (const { key } of this.#results.list(this.#prefix)) {
      const digits = /^(\d{20})\.json$/.exec(key.slice(this.#prefix.length))?.[1];
      if (digits !== undefined) versions.push(Number(digits));
    }
    return versions;
  }

  /** Whether another program has put versions together in a checkpoint, after which it may remove them. */
  async hasCheckpoint(): Promise<boolean> {
    for await (const _ of this.#results.list(`${this.#prefix}_last_checkpoint`)) return true;
    return false;
  }

  /** `undefined`: there is none. Throws an `Error` that names it when it can't be read. */
  async read(version: number): Promise<Commit | undefined> {
    const found = await this.#results.get(this.#key(version), { mostBytes: MOST_BYTES });
    if (found === undefined) return undefined;
    try {
      return decodeCommit(this.#identity, Buffer.from(found.body).toString());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RangeError(`${this.#results.location}${this.#key(version)} is no commit: ${reason}`, {
        cause: error,
      });
    }
  }

  /** `false`: the version is there already, perhaps by an earlier attempt. */
  async write(version: number, text: string): Promise<boolean> {
    const put = { contentType: 'application/json' };
    return (await this.#results.putIfAbsent(this.#key(version), Buffer.from(text), put)) !== undefined;
  }

  #key(version: number): string {
    return `${this.#prefix}${String(version).padStart(20, '0')}.json`;
  }
}
