import type { ObjectStore } from '@client-tickets/micro-batch';
import {
  parseRangeKey,
  readTable,
  readTableVersions,
  rowsPrefix,
  type Declaration,
  type ResultTable,
} from '@client-tickets/results';
import type { Difference } from './difference.ts';

/**
 * Compares the Delta Lake table, if there is one, with the Parquet files. The log is read before the files are listed: what it
 * names can be seen by then, and all files of offsets that it says are in it are among those. Files after that may be added
 * at any time, by the consumer that stored them or the next one.
 */
export async function checkTable(
  results: ObjectStore,
  { table: name }: Declaration,
  topic: string,
): Promise<{ readonly differences: readonly Difference[]; readonly notes: readonly string[] }> {
  const versions = await readTableVersions(results, { table: name, topic });
  if (versions?.isShortened === true) {
    const note =
      'the table was not compared with the files: another program has removed versions of its log, as it may';
    return { differences: [], notes: [note] };
  }
  const table = await readTable(results, { table: name, topic }).catch((error: unknown) => {
    if (error instanceof RangeError) return error;
    throw error;
  });
  if (table === undefined) return { differences: [], notes: [] };
  if (table instanceof RangeError)
    return { differences: [{ code: 'table_differs', message: table.message }], notes: [] };
  const differences: Difference[] = table.addedAgain.map((key) => differs(key, 'is in the table twice'));
  const left = new Map(table.files);
  let waiting = 0;
  for await (const { key, size } of results.list(rowsPrefix(name, 'parquet'))) {
    const named = parseRangeKey(name, key);
    if (named === undefined) continue;
    const inTable = left.get(key);
    left.delete(key);
    if (inTable === undefined && isIn(table, named.partition, named.range.endOffset))
      differences.push(differs(key, 'is stored, but not in the table'));
    else if (inTable === undefined) waiting += 1;
    else if (inTable !== size)
      differences.push(differs(key, `has ${size} bytes, but ${inTable} in the table`));
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
