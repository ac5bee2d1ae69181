import type { ObjectStore } from '@client-tickets/micro-batch';
import { checkWritable, encodeCommit, type TableChange, type TableIdentity } from './commit.ts';
import { FollowedTable } from './followed-table.ts';

/** A table whose files are known, and to which others write as well. */
export class OpenTable {
  readonly #identity: TableIdentity;
  readonly #followed: FollowedTable;

  constructor(results: ObjectStore, identity: TableIdentity) {
    this.#identity = identity;
    this.#followed = new FollowedTable(results, identity);
  }

  /** Size in bytes by key. */
  get files(): ReadonlyMap<string, number> {
    return this.#followed.table?.files ?? new Map();
  }

  /** Reads what has become of the table. `false`: there is none. Throws an `Error` when it is not one that is written here. */
  async refresh(): Promise<boolean> {
    const { location } = this.#followed.log;
    const table = await this.#followed.refresh(({ hasMetadata }) => {
      if (hasMetadata)
        throw new RangeError(
          `${location}: another program has changed the columns or settings of the table just now`,
        );
    });
    if (table === undefined) return false;
    checkWritable(location, table);
    return true;
  }

  /** Puts a change on top of what is known: the new version. `undefined`: another is there already, and nothing was changed. */
  async commit(change: Pick<TableChange, 'files' | 'removed'>, at: number): Promise<number | undefined> {
    const { version: known = -1, ends = new Map() } = this.#followed.table ?? {};
    const version = known + 1;
    const text = encodeCommit(this.#identity, { ...change, ends, at }, undefined);
    return (await this.#followed.log.write(version, text)) ? version : undefined;
  }
}
