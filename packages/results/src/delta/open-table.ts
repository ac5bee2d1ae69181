import type { ObjectStore } from '@client-tickets/micro-batch';
import {
  agree,
  checkWritable,
  encodeCommit,
  type TableChange,
  type TableEnds,
  type TableIdentity,
} from './commit.ts';
import { CommitLog } from './commit-log.ts';
import { readTable } from './read-table.ts';

/** A table whose files are known, and to which others write as well. */
export class OpenTable {
  readonly #results: ObjectStore;
  readonly #identity: TableIdentity;
  readonly #log: CommitLog;
  /** -1: there is none. */
  #version = -1;
  #ends: TableEnds = new Map();
  /** Size in bytes by key. */
  #files = new Map<string, number>();

  constructor(results: ObjectStore, identity: TableIdentity) {
    this.#results = results;
    this.#identity = identity;
    this.#log = new CommitLog(results, identity);
  }

  get files(): ReadonlyMap<string, number> {
    return this.#files;
  }

  /** Reads what has become of the table. `false`: there is none. Throws an `Error` when it is not one that is written here. */
  async refresh(): Promise<boolean> {
    if (!(await this.#isKnown())) await this.#read();
    for (;;) {
      const commit = this.#version === -1 ? undefined : await this.#log.read(this.#version + 1);
      if (commit === undefined) return this.#version >= 0;
      checkWritable(this.#log.location, commit);
      if (commit.hasMetadata)
        throw new RangeError(
          `${this.#log.location}: another program has changed the table's columns or settings`,
        );
      for (const { key } of commit.removed) this.#files.delete(key);
      for (const { key, size } of commit.added) this.#files.set(key, size);
      if (commit.ends.size > 0) this.#ends = commit.ends;
      this.#version += 1;
    }
  }

  /** Puts a change on top of what is known. `undefined`: another version is there already; nothing was changed. */
  async commit(
    { files, removed }: Pick<TableChange, 'files' | 'removed'>,
    at: number,
  ): Promise<number | undefined> {
    const version = this.#version + 1;
    const change = { files, removed: removed ?? [], ends: this.#ends, at };
    if (!(await this.#log.write(version, encodeCommit(this.#identity, change, undefined)))) return undefined;
    return version;
  }

  /** Whether the version that is known is still the one that it was: its log may have been deleted and written again. */
  async #isKnown(): Promise<boolean> {
    if (this.#version === -1) return false;
    const commit = await this.#log.read(this.#version);
    return commit !== undefined && agree(commit.ends, this.#ends);
  }

  async #read(): Promise<void> {
    const table = await readTable(this.#results, this.#identity);
    this.#version = table?.version ?? -1;
    this.#ends = table?.ends ?? new Map();
    this.#files = new Map(table?.files);
  }
}
