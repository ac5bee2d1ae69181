import type { ObjectStore } from '@client-tickets/micro-batch';
import { CheckpointLog, type Checkpoint } from './checkpoint-log.ts';
import { commitOf } from './commit.ts';
import { CommitLog, type TableName } from './commit-log.ts';
import { FoldedTable, type ResultTable } from './folded-table.ts';

/** How many commits are read at once. */
const AT_ONCE = 4;

/** The versions of a table that have to be read to open it. */
export interface TableVersions {
  readonly newest: number;
  /** How many there are: those after the newest checkpoint. */
  readonly count: number;
  /** Another program has removed the first ones, after it put them together in a checkpoint that can't be read here: why not, and what to do. */
  readonly unreadable: string | undefined;
}

/** `undefined`: there is no table. */
export async function readTableVersions(
  results: ObjectStore,
  name: TableName,
): Promise<TableVersions | undefined> {
  const { checkpoint, versions, unreadable } = await openLog(results, name);
  const newest = versions.at(-1) ?? checkpoint?.version;
  return newest === undefined ? undefined : { newest, count: versions.length, unreadable };
}

/**
 * Reads the newest checkpoint, and the commits after it. `undefined`: there is no table. Throws a `RangeError` when a version is missing
 * or is no commit.
 */
export async function readTable(results: ObjectStore, name: TableName): Promise<ResultTable | undefined> {
  return foldTable(results, name);
}

/** The same, to go on with. */
export async function foldTable(results: ObjectStore, name: TableName): Promise<FoldedTable | undefined> {
  const { log, checkpoint, versions, unreadable } = await openLog(results, name);
  const newest = versions.at(-1) ?? checkpoint?.version;
  if (newest === undefined) return undefined;
  const first = firstAfter(checkpoint);
  if (versions.length !== newest + 1 - first) {
    const why = unreadable === undefined ? '' : `; ${unreadable}`;
    throw new RangeError(
      `${log.location} was expected to hold versions ${first} to ${newest}, found ${versions.length} of them${why}`,
    );
  }
  const table = new FoldedTable();
  if (checkpoint !== undefined) table.apply(checkpoint.version, commitOf(name, checkpoint.actions));
  for (let next = first; next <= newest; next += AT_ONCE) {
    const some = versions.slice(next - first, next - first + AT_ONCE);
    const commits = await Promise.all(
      some.map(async (version) => [version, await log.read(version)] as const),
    );
    for (const [version, commit] of commits) {
      if (commit === undefined) throw new RangeError(`${log.location}: a version is gone while it was read`);
      table.apply(version, commit);
    }
  }
  return table;
}

async function openLog(
  results: ObjectStore,
  name: TableName,
): Promise<{
  readonly log: CommitLog;
  readonly checkpoint: Checkpoint | undefined;
  readonly versions: readonly number[];
  readonly unreadable: string | undefined;
}> {
  const log = new CommitLog(results, name);
  const checkpoints = new CheckpointLog(results, name.table);
  const checkpoint = await checkpoints.readNewest();
  const versions = await log.versions(firstAfter(checkpoint));
  const [oldest = 0] = versions;
  const isShortened = checkpoint === undefined && oldest > 0;
  return { log, checkpoint, versions, unreadable: isShortened ? await checkpoints.problem() : undefined };
}

const firstAfter = (checkpoint: Checkpoint | undefined): number => (checkpoint?.version ?? -1) + 1;
