import type { ObjectStore } from '@client-tickets/micro-batch';
import type { TableName } from './commit-log.ts';
import { FollowedTable } from './followed-table.ts';
import { SMALL_FILE_BYTES } from './plan-merges.ts';

/** A table in four numbers. */
export interface TableSummary {
  readonly version: number;
  readonly files: number;
  readonly bytes: number;
  /** Files below `SMALL_FILE_BYTES`. */
  readonly smallFiles: number;
}

/** Sums a table up again and again, for little more than what was committed since. */
export class TableFollower {
  readonly #followed: FollowedTable;

  constructor(results: ObjectStore, name: TableName) {
    this.#followed = new FollowedTable(results, name);
  }

  /** `undefined`: there is no table. Throws as `readTable` does. */
  async summarize(): Promise<TableSummary | undefined> {
    const table = await this.#followed.refresh();
    if (table === undefined) return undefined;
    let [bytes, smallFiles] = [0, 0];
    for (const size of table.files.values()) {
      bytes += size;
      if (size < SMALL_FILE_BYTES) smallFiles += 1;
    }
    return { version: table.version, files: table.files.size, bytes, smallFiles };
  }
}
