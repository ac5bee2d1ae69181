import type { ObjectStore } from '@client-tickets/micro-batch';
import { agree, checkWritable, encodeCommit, type TableChange, type TableIdentity } from './commit.ts';
import { CommitLog } from './commit-log.ts';
import type { FoldedTable } from './folded-table.ts';
import { foldTable } from './read-table.ts';

/** A table whose files are known, and to which others write as well. */
export class OpenTable {
  readonly #results: ObjectStore;
  readonly #identity: TableIdentity;
  readonly #log: CommitLog;
  #table: FoldedTable | undefined;

  constructor(results: ObjectStore, identity: TableIdentity) {
    this.#results = results;
    this.#identity = identity;
    this.#log = new CommitLog(results, identity);
  }

  /** Size in bytes by key. */
  get files(): ReadonlyMap<string, number> {
    return this.#table?.files ?? new Map();
  }

  /** Reads what has become of the table. `false`: there is none. Throws an `Error` when it is not one that is written here. */
  async refresh(): Promise<boolean> {
    if (!(await this.#isKnown())) this.#table = await foldTable(this.#results, this.#identity);
    const table = this.#table;
    if (table === undefined) return false;
    for (;;) {
      checkWritable(this.#log.location, table);
      const commit = await this.#log.read(table.version + 1);
      if (commit === undefined) return true;
      if (commit.hasMetadata)
        throw new RangeError(
          `${this.#log.location}: another program has changed the columns or settings of the table just now`,
        );
      table.apply(table.version + 1, commit);
    }
  }

  /** Puts a change on top of what is known: the new version. `undefined`: another is there already, and nothing was changed. */
  async commit(change: Pick<TableChange, 'files' | 'removed'>, at: number): Promise<number | undefined> {
    const { version: known = -1, ends = new Map() } = this.#table ?? {};
    const version = known + 1;
    const text = encodeCommit(this.#identity, { ...change, ends, at }, undefined);
    return (await this.#log.write(version, text)) ? version : undefined;
  }

  /** Whether the version that is known is still the one that it was: its log may have been deleted and written again. */
  async #isKnown(): Promise<boolean> {
    const table = this.#table;
    const commit = table && (await this.#log.read(table.version));
    return table !== undefined && commit !== undefined && agree(commit.ends, table.ends);
  }
}
