import { tableColumns, type QueryTable } from './table-schema.ts';
import { TableWriter } from './table-writer.ts';

/**
 * Makes a table of results that have none, or adds what it lacks: all files up to where each partition is stored. Resolves with how many
 * were added.
 */
export async function initTable(
  options: QueryTable & { readonly newId: () => string },
  storedEnds: ReadonlyMap<number, bigint>,
): Promise<number> {
  const { query, hasExtra } = options;
  const writer = new TableWriter({ ...options, table: query.table, columns: tableColumns(query, hasExtra) });
  const frontiers = [...storedEnds].map(
    ([partition, endOffset]) => [partition, { endOffset, recent: [] }] as const,
  );
  return writer.commit(new Map(frontiers));
}
