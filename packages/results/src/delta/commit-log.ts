import type { ObjectStore } from '@client-tickets/micro-batch';
import { tableLogPrefix } from '../layout/result-keys.ts';
import { readActions, type Action } from './actions.ts';
import { commitOf, type Commit, type TableIdentity } from './commit.ts';

/** A commit is small; one of another program may hold some ten thousand files. */
const MOST_BYTES = 16 * 1024 * 1024;
const DIGITS = 20;

export type TableName = Pick<TableIdentity, 'table' | 'topic'>;

/** The commits of a table, `<version>.json`, counted from 0. A version is written once. */
export class CommitLog {
  readonly location: string;
  readonly #results: ObjectStore;
  readonly #prefix: string;
  readonly #identity: TableName;

  constructor(results: ObjectStore, identity: TableName) {
    this.#results = results;
    this.#identity = identity;
    this.#prefix = tableLogPrefix(identity.table);
    this.location = `${results.location}${this.#prefix}`;
  }

  /** Those that are there from this one on, ascending. Without `from`, all. */
  async versions(from = 0): Promise<readonly number[]> {
    const versions: number[] = [];
    for await (const key of this.#keysFrom(from)) {
      const version = parseCommitKey(key.slice(this.#prefix.length));
      if (version !== undefined && version >= from) versions.push(version);
    }
    return versions;
  }

  /**
   * A store lists by prefix, and versions of the same hundred have one: so the end of a long log is listed a hundred at a time, up to a
   * hundred that is empty.
   */
  async *#keysFrom(from: number): AsyncGenerator<string> {
    if (from === 0) {
      for await (const { key } of this.#results.list(this.#prefix)) yield key;
      return;
    }
    for (let hundred = Math.floor((from - 1) / 100), isEmpty = false; !isEmpty; hundred += 1) {
      isEmpty = true;
      for await (const { key } of this.#results.list(
        this.#prefix + String(hundred).padStart(DIGITS - 2, '0'),
      )) {
        isEmpty = false;
        yield key;
      }
    }
  }

  /** `undefined`: there is none. Throws an `Error` that names it when it can't be read. */
  async read(version: number): Promise<Commit | undefined> {
    const actions = await this.readActions(version);
    return actions && commitOf(this.#identity, actions);
  }

  /** The same, as the log has it. */
  async readActions(version: number): Promise<readonly Action[] | undefined> {
    const found = await this.#results.get(this.#key(version), { mostBytes: MOST_BYTES });
    if (found === undefined) return undefined;
    try {
      return readActions(Buffer.from(found.body).toString());
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
    return `${this.#prefix}${formatVersion(version)}.json`;
  }
}

/** As the names of a log begin, in the order of versions. */
export function formatVersion(version: number): string {
  return String(version).padStart(DIGITS, '0');
}

/** The version of a commit, from its name. `undefined`: it is no commit's. */
function parseCommitKey(name: string): number | undefined {
  const digits = /^(\d{20})\.json$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
