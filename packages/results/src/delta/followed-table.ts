import type { ObjectStore } from '@client-tickets/micro-batch';
import { agree, type Commit } from './commit.ts';
import { CommitLog, type TableName } from './commit-log.ts';
import type { FoldedTable } from './folded-table.ts';
import { foldTable } from './read-table.ts';

/** A table that is looked at again and again: it is opened once, and from then on only what was committed since is read. */
export class FollowedTable {
  readonly log: CommitLog;
  readonly #results: ObjectStore;
  readonly #name: TableName;
  #table: FoldedTable | undefined;

  constructor(results: ObjectStore, name: TableName) {
    this.log = new CommitLog(results, name);
    this.#results = results;
    this.#name = name;
  }

  /** As it was read last. */
  get table(): FoldedTable | undefined {
    return this.#table;
  }

  /** `undefined`: there is no table. `check` may throw at a commit, which is not taken in then. Throws as `readTable` does. */
  async refresh(check: (commit: Commit) => void = () => {}): Promise<FoldedTable | undefined> {
    if (!(await this.#isKnown())) this.#table = await foldTable(this.#results, this.#name);
    const table = this.#table;
    if (table === undefined) return undefined;
    for (;;) {
      const commit = await this.log.read(table.version + 1);
      if (commit === undefined) return table;
      check(commit);
      table.apply(table.version + 1, commit);
    }
  }

  /** Whether the version that is known is still the one that it was: its log may have been deleted and written again. */
  async #isKnown(): Promise<boolean> {
    const table = this.#table;
    const commit = table && (await this.log.read(table.version));
    return table !== undefined && commit !== undefined && agree(commit.ends, table.ends);
  }
}
