import type { ObjectStore } from '@client-tickets/micro-batch';
import {
  coversRange,
  mergedFiles,
  parseRangeKey,
  readTable,
  readTableVersions,
  rowsPrefix,
  type Declaration,
  type ResultTable,
} from '@client-tickets/results';
import type { Difference } from './difference.ts';

/** A table as it was read, or why it was not. */
export interface TableLog {
  readonly table: ResultTable | undefined;
  readonly differences: readonly Difference[];
  readonly notes: readonly string[];
}

export async function readTableLog(
  results: ObjectStore,
  { table: name }: Declaration,
  topic: string,
): Promise<TableLog> {
  const unread = { table: undefined, differences: [], notes: [] };
  const versions = await readTableVersions(results, { table: name, topic });
  if (versions?.unreadable !== undefined) {
    const note =
      'the table was not compared with the files: another program has removed versions of its log, as it may, and ' +
      versions.unreadable;
    return { ...unread, notes: [note] };
  }
  try {
    return { ...unread, table: await readTable(results, { table: name, topic }) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ...unread, differences: [{ code: 'table_differs', message: error.message }] };
  }
}

/**
 * Compares the Delta Lake table, if there is one, with the Parquet files. The log is read before the files are listed: what it
 * names can be seen by then, and all files of offsets that it says are in it are among those. Files after that may be added
 * at any time, by the consumer that stored them or the next one. A file that was merged stays until it is vacuumed.
 */
export async function checkTable(
  results: ObjectStore,
  { table: name }: Declaration,
  { table, differences: unread, notes: unreadNotes }: TableLog,
): Promise<Omit<TableLog, 'table'>> {
  if (table === undefined) return { differences: unread, notes: unreadNotes };
  const differences: Difference[] = table.addedAgain.map((key) => differs(key, 'is in the table twice'));
  const merged = mergedFiles(name, table);
  for (const file of merged) {
    const other = merged.find((each) => each !== file && coversRange(each, file));
    if (other !== undefined) differences.push(differs(file.key, `is in the table, and so is ${other.key}`));
  }
  const left = new Map(table.files);
  let waiting = 0;
  for await (const { key, size } of results.list(rowsPrefix(name, 'parquet'))) {
    const named = parseRangeKey(name, key);
    const cover = named && merged.find((file) => coversRange(file, named));
    const inTable = left.get(key);
    if (inTable !== undefined) {
      left.delete(key);
      if (inTable !== size) differences.push(differs(key, `has ${size} bytes, but ${inTable} in the table`));
      if (cover !== undefined) differences.push(differs(key, `is in the table, and so is ${cover.key}`));
    } else if (named !== undefined && cover === undefined) {
      if (!isIn(table, named.partition, named.range.endOffset)) waiting += 1;
      else differences.push(differs(key, 'is stored, but not in the table'));
    }
  }
  differences.push(...[...left.keys()].map((key) => differs(key, 'is in the table, but not there')));
  const notes =
    waiting === 0
      ? []
      : [`files that are not in the table yet: ${waiting}; the consumer adds them, or the next one does`];
  return { differences, notes };
}

const differs = (key: string, what: string): Difference => {
  return { code: 'table_differs', key, message: `${key} ${what}` };
};

function isIn({ ends }: ResultTable, partition: number, endOffset: bigint): boolean {
  const end = ends.get(partition);
  return end !== undefined && endOffset <= end;
}
