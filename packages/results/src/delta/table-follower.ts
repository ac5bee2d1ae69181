import type { ObjectStore } from '@client-tickets/micro-batch';
import { agree } from './commit.ts';
import { CommitLog, type TableName } from './commit-log.ts';
import type { FoldedTable } from './folded-table.ts';
import { SMALL_FILE_BYTES } from './plan-merges.ts';
import { foldTable } from './read-table.ts';

/** A table in four numbers. */
export interface TableSummary {
  readonly version: number;
  readonly files: number;
  readonly bytes: number;
  /** Files below `SMALL_FILE_BYTES`. */
  readonly smallFiles: number;
}

/** A table that is looked at again and again: it is opened once, and from then on only what was committed since is read. */
export class TableFollower {
  readonly #results: ObjectStore;
  readonly #name: TableName;
  readonly #log: CommitLog;
  #table: FoldedTable | undefined;

  constructor(results: ObjectStore, name: TableName) {
    this.#results = results;
    this.#name = name;
    this.#log = new CommitLog(results, name);
  }

  /** `undefined`: there is no table. Throws as `readTable` does. */
  async summarize(): Promise<TableSummary | undefined> {
    this.#table = (await this.#isThere()) ? this.#table : await foldTable(this.#results, this.#name);
    const table = this.#table;
    if (table === undefined) return undefined;
    for (;;) {
      const commit = await this.#log.read(table.version + 1);
      if (commit === undefined) break;
      table.apply(table.version + 1, commit);
    }
    let [bytes, smallFiles] = [0, 0];
    for (const size of table.files.values()) {
      bytes += size;
      if (size < SMALL_FILE_BYTES) smallFiles += 1;
    }
    return { version: table.version, files: table.files.size, bytes, smallFiles };
  }

  /** Whether the log is the one that was read: it may have been deleted, and be written again. */
  async #isThere(): Promise<boolean> {
    const table = this.#table;
    const commit = table && (await this.#log.read(table.version));
    return table !== undefined && commit !== undefined && agree(commit.ends, table.ends);
  }
}
