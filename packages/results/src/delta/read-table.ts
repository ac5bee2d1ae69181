import type { ObjectStore } from '@client-tickets/micro-batch';
import { CommitLog } from './commit-log.ts';
import type { TableEnds, TableIdentity } from './commit.ts';

/** What a Delta Lake table is made of. */
export interface ResultTable {
  readonly version: number;
  /** Size in bytes by key. */
  readonly files: ReadonlyMap<string, number>;
  /** Keys that were added while they were there already. */
  readonly addedAgain: readonly string[];
  readonly ends: TableEnds;
}

/** How many commits are read at once. */
const AT_ONCE = 4;

/** The versions of a table that are left. */
export interface TableVersions {
  readonly newest: number;
  /** How many there are. */
  readonly count: number;
  /** Whether another program has removed the first ones, after it put them together in a checkpoint, which is not read here. */
  readonly isShortened: boolean;
}

type TableName = Pick<TableIdentity, 'table' | 'topic'>;

/** `undefined`: there is no table. */
export async function readTableVersions(
  results: ObjectStore,
  name: TableName,
): Promise<TableVersions | undefined> {
  const log = new CommitLog(results, name);
  const versions = await log.versions();
  const newest = versions.at(-1);
  if (newest === undefined) return undefined;
  const isShortened = versions[0] !== 0 && (await log.hasCheckpoint());
  return { newest, count: versions.length, isShortened };
}

/** Reads the whole log. `undefined`: there is none. Throws a `RangeError` when a version is missing or is no commit. */
export async function readTable(results: ObjectStore, name: TableName): Promise<ResultTable | undefined> {
  const log = new CommitLog(results, name);
  const versions = await log.versions();
  const newest = versions.at(-1);
  if (newest === undefined) return undefined;
  if (versions.length !== newest + 1) {
    throw new RangeError(
      `${log.location} was expected to hold versions 0 to ${newest}, found ${versions.length} of them`,
    );
  }
  const files = new Map<string, number>();
  const addedAgain: string[] = [];
  let ends: TableEnds = new Map();
  for (let first = 0; first < versions.length; first += AT_ONCE) {
    const some = versions.slice(first, first + AT_ONCE);
    for (const commit of await Promise.all(some.map((version) => log.read(version)))) {
      if (commit === undefined) throw new RangeError(`${log.location}: a version is gone while it was read`);
      for (const key of commit.removed) files.delete(key);
      for (const { key, size } of commit.added) {
        if (files.has(key)) addedAgain.push(key);
        files.set(key, size);
      }
      if (commit.ends.size > 0) ends = commit.ends;
    }
  }
  return { version: newest, files, addedAgain, ends };
}
