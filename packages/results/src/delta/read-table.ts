import type { ObjectStore } from '@client-tickets/micro-batch';
import { CommitLog } from './commit-log.ts';
import type { TableEnds, TableIdentity } from './commit.ts';

/** What a Delta Lake table is made of. */
export interface ResultTable {
  readonly version: number;
  /** Size in bytes by key. */
  readonly files: ReadonlyMap<string, number>;
  /** When each was added, in milliseconds since the epoch. */
  readonly addedAt: ReadonlyMap<string, number>;
  /** Files that are in it no more, and when they were removed, as far as its log remembers them. */
  readonly removedAt: ReadonlyMap<string, number>;
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
  const addedAt = new Map<string, number>();
  const removedAt = new Map<string, number>();
  const addedAgain: string[] = [];
  let ends: TableEnds = new Map();
  for (let first = 0; first < versions.length; first += AT_ONCE) {
    const some = versions.slice(first, first + AT_ONCE);
    for (const commit of await Promise.all(some.map((version) => log.read(version)))) {
      if (commit === undefined) throw new RangeError(`${log.location}: a version is gone while it was read`);
      for (const { key, at } of commit.removed) {
        files.delete(key);
        addedAt.delete(key);
        removedAt.set(key, at);
      }
      for (const { key, size, at } of commit.added) {
        if (files.has(key)) addedAgain.push(key);
        files.set(key, size);
        addedAt.set(key, at);
        removedAt.delete(key);
      }
      if (commit.ends.size > 0) ends = commit.ends;
    }
  }
  return { version: newest, files, addedAt, removedAt, addedAgain, ends };
}
