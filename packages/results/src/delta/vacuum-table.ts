import type { ObjectStore } from '@client-tickets/micro-batch';
import { parseMergedKey, parseRangeKey, rowsPrefix } from '../layout/result-keys.ts';
import { LONGEST_MERGE_MS } from './optimize-table.ts';
import { coversRange, mergedFiles } from './merged-files.ts';
import { readTable } from './read-table.ts';

/** Shorter, and a file may be deleted that is being merged to or read. */
export const SHORTEST_RETENTION_MS = 2 * LONGEST_MERGE_MS;

export interface VacuumableFile {
  readonly key: string;
  readonly size: number;
  /** Whether no version has ever named it, as far as the log remembers: a merge did not come to its end. */
  readonly isLeftBehind: boolean;
}

/**
 * What may be deleted, as no version of the last `retainMs` needs it:
 *
 * - a small file whose rows are in a merged file of the newest version, which is there, and which has been in their place for so long;
 * - a merged file that was merged again so long ago;
 * - a merged file that was begun so long ago and that the table does not name.
 *
 * A small file that no merged file covers stays, whatever the log says: its rows are nowhere else. `undefined`: there is no table.
 */
export async function findVacuumable(options: {
  readonly results: ObjectStore;
  readonly table: string;
  readonly topic: string;
  /** In milliseconds since the epoch. */
  readonly now: number;
  readonly retainMs: number;
}): Promise<readonly VacuumableFile[] | undefined> {
  const { results, table: name, topic, now, retainMs } = options;
  if (retainMs < SHORTEST_RETENTION_MS)
    throw new RangeError(`expected to retain ${SHORTEST_RETENTION_MS} ms or more, found ${retainMs}`);
  const table = await readTable(results, { table: name, topic });
  if (table === undefined) return undefined;
  const listed: { readonly key: string; readonly size: number }[] = [];
  for await (const { key, size } of results.list(rowsPrefix(name, 'parquet'))) listed.push({ key, size });
  const sizes = new Map(listed.map(({ key, size }) => [key, size]));
  const covers = mergedFiles(name, table).filter(({ key, size }) => sizes.get(key) === size);
  return listed.flatMap(({ key, size }): readonly VacuumableFile[] => {
    const merged = parseMergedKey(name, key);
    const place = merged ?? parseRangeKey(name, key);
    if (place === undefined || table.files.has(key)) return [];
    const cover = covers.find((file) => coversRange(file, place));
    if (merged === undefined && cover === undefined) return [];
    const covered = cover && (table.addedAt.get(cover.key) ?? now);
    const since = table.removedAt.get(key) ?? Math.max(merged?.began ?? 0, covered ?? 0);
    if (since > now - retainMs) return [];
    return [{ key, size, isLeftBehind: merged !== undefined && !table.removedAt.has(key) }];
  });
}
