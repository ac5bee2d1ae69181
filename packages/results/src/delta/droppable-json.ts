import type { ListedObject, ObjectStore } from '@client-tickets/micro-batch';
import { parseRangeKey, rowsPrefix, type PartitionRange } from '../layout/result-keys.ts';
import { coversRange, mergedFiles } from './merged-files.ts';
import { readTable } from './read-table.ts';

/** The JSON files whose rows are in merged files of the table. */
export async function findDroppableJson(
  results: ObjectStore,
  name: { readonly table: string; readonly topic: string },
): Promise<readonly (ListedObject & PartitionRange)[]> {
  const table = await readTable(results, name);
  const merged = table === undefined ? [] : mergedFiles(name.table, table);
  const found: (ListedObject & PartitionRange)[] = [];
  if (merged.length === 0) return found;
  for await (const object of results.list(rowsPrefix(name.table, 'json'))) {
    const place = parseRangeKey(name.table, object.key);
    if (place === undefined || !merged.some((file) => coversRange(file, place))) continue;
    found.push({ ...object, partition: place.partition, ...place.range });
  }
  return found;
}
