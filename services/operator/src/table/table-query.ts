import { declarationChanges, declaredOtherwise } from '../checkpoint/stored-query.ts';
import type { OperatorContext, Stores } from '../cli/operator-context.ts';
import { readOptions } from '@client-tickets/results';
import type { QueryIdentity } from '@client-tickets/micro-batch';
import { checkQuery } from '../verify/query-check.ts';

/** The query whose results these are, and whether its rows have a column `extra`. Throws an `Error` that says why it can't be worked on. */
export async function readTableQuery(
  { query, settings: { KAFKA_TOPIC: topic } }: OperatorContext,
  { results, checkpoints }: Stores,
): Promise<{ readonly identity: QueryIdentity; readonly hasExtra: boolean }> {
  const found = await checkQuery(results, checkpoints, topic);
  if (!found.ok) throw new Error(found.difference.message);
  const { identity } = found;
  const changes = declarationChanges(query, identity);
  if (changes.length > 0) throw new Error(declaredOtherwise(`${checkpoints.location}${topic}/`, changes));
  const { formats, unknownFields } = readOptions(identity.settings);
  if (!formats.includes('parquet'))
    throw new Error(
      `${results.location} has no Parquet files (file formats: ${formats.join(', ')}), so there is no table`,
    );
  return { identity, hasExtra: unknownFields === 'keep' };
}

export function noTable(location: string): Error {
  return new Error(
    `${location} has no Delta Lake table yet: \`tickets optimize --init\` makes one of its files, and so does the next start of the consumer`,
  );
}
