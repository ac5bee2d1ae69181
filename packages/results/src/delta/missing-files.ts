import {
  ObjectStoreError,
  type ListedObject,
  type ObjectStore,
  type StoredFiles,
} from '@client-tickets/micro-batch';
import { parseRangeKey, partitionPrefix, tableLogPrefix } from '../layout/result-keys.ts';
import { END_BYTES, openParts } from '../read/file-parts.ts';
import { countParquetRows } from '../read/read-footer.ts';
import { listMerged } from './merged-files.ts';
import type { TableFile } from './table-file.ts';
import { widestCover } from './widest-cover.ts';

/** How far the files of a partition are stored, and the latest of them that are known, in order. */
export interface StoredFrontier {
  readonly endOffset: bigint;
  readonly recent: readonly StoredFiles[];
}

/**
 * The Parquet files of a partition that begin at or after `from` and end by `endOffset`, in order. Where those that are known do not
 * reach back to `from` (`undefined`: to the beginning), the store is asked what there is; how many rows a file has that only
 * the store knows, its footer says. `rowsOf` keeps that.
 *
 * What was merged once may have been deleted since, so then merged files count as well, and each offset is in one of the files.
 */
export async function findMissing(
  results: ObjectStore,
  table: string,
  partition: number,
  from: bigint | undefined,
  { endOffset, recent }: StoredFrontier,
  rowsOf: Map<string, number | undefined>,
): Promise<readonly TableFile[]> {
  const known = recent.filter((stored) => from === undefined || stored.endOffset > from);
  const files = known.flatMap((stored) => parquetFiles(table, stored));
  if (reachesBack(known, from, endOffset)) return files;
  for (const { key, rows } of files) rowsOf.set(key, rows);

  const stored = await listStored(results, table, partition);
  const wanted = stored.filter(
    ({ range }) => range.endOffset <= endOffset && (from === undefined || range.startOffset >= from),
  );
  if (from !== undefined) checkReachable(results, table, stored, wanted, from);
  const missing: TableFile[] = [];
  for (const file of widestCover(wanted)) {
    const { key } = file;
    if (!rowsOf.has(key)) rowsOf.set(key, await countRows(results, file));
    missing.push({ ...file, rows: rowsOf.get(key) });
  }
  return missing;
}

type StoredFile = Omit<TableFile, 'rows'>;

/** Files of ranges, and merged ones. */
async function listStored(
  results: ObjectStore,
  table: string,
  partition: number,
): Promise<readonly StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const { key, size } of results.list(partitionPrefix(table, 'parquet', partition))) {
    const name = parseRangeKey(table, key);
    if (name !== undefined) files.push({ key, size, partition, range: name.range });
  }
  return [...files, ...(await listMerged(results, table, partition))];
}

/**
 * Only what is in a table is merged. So a merged file that goes on where the table ends was in a longer log than this; when no other
 * file goes on there, its rows can't be added without those that the table has already.
 */
function checkReachable(
  results: ObjectStore,
  table: string,
  stored: readonly StoredFile[],
  wanted: readonly StoredFile[],
  from: bigint,
): void {
  const across = stored.find(({ range }) => range.startOffset < from && from < range.endOffset);
  if (across === undefined) return;
  if (wanted.some(({ range }) => range.startOffset < across.range.endOffset)) return;
  throw new RangeError(
    `${results.location}${tableLogPrefix(table)} was expected to name ${across.key}, and ends within its offsets: ` +
      'an older copy of that folder was put back. Delete the folder, and it is written again from the files.',
  );
}

function reachesBack(known: readonly StoredFiles[], from: bigint | undefined, endOffset: bigint): boolean {
  let end = from;
  for (const { startOffset, endOffset: next } of known) {
    if (startOffset !== end) return false;
    end = next;
  }
  return end === endOffset;
}

function parquetFiles(table: string, { files, rows }: StoredFiles): readonly TableFile[] {
  return files.flatMap(({ key, size }) => {
    const name = parseRangeKey(table, key);
    if (name?.format !== 'parquet') return [];
    return [{ key, size, rows, partition: name.partition, range: name.range }];
  });
}

async function countRows(results: ObjectStore, file: ListedObject): Promise<number | undefined> {
  try {
    const parts = await openParts(results, file, { first: 'end', partBytes: END_BYTES });
    return parts && (await countParquetRows(parts));
  } catch (error) {
    if (error instanceof ObjectStoreError) throw error;
    return undefined; // damaged: `verify` names it, and the table is of the files that are there
  }
}
