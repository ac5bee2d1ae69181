import type { ObjectStore, StoredFiles } from '@client-tickets/micro-batch';
import { parseRangeKey, partitionPrefix } from '../layout/result-keys.ts';
import { countParquetRows } from '../read/read-footer.ts';
import type { TableFile } from './table-file.ts';

/** How far the files of a partition are stored, and the latest of them that are known, in order. */
export interface StoredFrontier {
  readonly endOffset: bigint;
  readonly recent: readonly StoredFiles[];
}

/**
 * The Parquet files of a partition that begin at or after `from` and end by `endOffset`, in order. Where those that are known do not
 * reach back to `from` (`undefined`: to the beginning), the store is asked what there is; how many rows a file has that only
 * the store knows, its footer says. `rowsOf` keeps that.
 */
export async function findMissing(
  results: ObjectStore,
  table: string,
  partition: number,
  from: bigint | undefined,
  { endOffset, recent }: StoredFrontier,
  rowsOf: Map<string, number>,
): Promise<readonly TableFile[]> {
  const known = recent.filter((stored) => from === undefined || stored.endOffset > from);
  const files = known.flatMap((stored) => parquetFiles(table, stored));
  if (reachesBack(known, from, endOffset)) return files;
  for (const { key, rows } of files) rowsOf.set(key, rows);

  const missing: TableFile[] = [];
  for await (const { key, size } of results.list(partitionPrefix(table, 'parquet', partition))) {
    const name = parseRangeKey(table, key);
    if (name === undefined || name.range.endOffset > endOffset) continue;
    if (from !== undefined && name.range.startOffset < from) continue;
    const rows = rowsOf.get(key) ?? (await countRows(results, key));
    if (rows === undefined) continue; // gone since it was listed
    rowsOf.set(key, rows);
    missing.push({ key, size, rows, partition, range: name.range });
  }
  return missing;
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

async function countRows(results: ObjectStore, key: string): Promise<number | undefined> {
  const found = await results.get(key);
  return found === undefined ? undefined : countParquetRows(found.body);
}
