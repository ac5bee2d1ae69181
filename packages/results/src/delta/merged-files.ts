import type { ObjectStore } from '@client-tickets/micro-batch';
import { mergedPrefix, parseMergedKey, type MergedFileName } from '../layout/result-keys.ts';
import type { ResultTable } from './folded-table.ts';
import { readTable } from './read-table.ts';
import { widestCover } from './widest-cover.ts';

/** A file with all rows of a range, which were in several files before; these may be deleted once the table names it. */
export interface MergedFile extends MergedFileName {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
}

type Place = Pick<MergedFileName, 'partition' | 'range'>;

/** Whether a merged file holds all rows of a range. */
export function coversRange({ partition, range }: Place, of: Place): boolean {
  const { startOffset, endOffset } = of.range;
  return partition === of.partition && range.startOffset <= startOffset && endOffset <= range.endOffset;
}

/** The merged files that a table is made of. */
export function mergedFiles(table: string, { files }: Pick<ResultTable, 'files'>): readonly MergedFile[] {
  return [...files].flatMap(([key, size]) => {
    const name = parseMergedKey(table, key);
    return name === undefined ? [] : [{ key, size, ...name }];
  });
}

/** The merged files that there are, those too that the table does not name: merged again since, or never added to it. */
export async function listMerged(
  results: ObjectStore,
  table: string,
  partition?: number,
): Promise<readonly MergedFile[]> {
  const files: MergedFile[] = [];
  for await (const { key, size } of results.list(mergedPrefix(table, partition))) {
    const name = parseMergedKey(table, key);
    if (name !== undefined) files.push({ key, size, ...name });
  }
  return files;
}

/** The merged files that count when nothing but the results may be left: those of the table; without a log those that it would be made of again. */
export async function findMergedFiles(
  results: ObjectStore,
  table: string,
  topic: string,
): Promise<readonly MergedFile[]> {
  const found = await readTable(results, { table, topic }).catch((error: unknown) => {
    if (error instanceof RangeError) return undefined;
    throw error;
  });
  if (found !== undefined) return mergedFiles(table, found);
  const all = await listMerged(results, table);
  const partitions = new Set(all.map(({ partition }) => partition));
  return [...partitions].flatMap((partition) =>
    widestCover(all.filter((file) => file.partition === partition)),
  );
}
