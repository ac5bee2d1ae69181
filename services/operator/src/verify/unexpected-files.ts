import type { ObjectStore } from '@client-tickets/micro-batch';
import { isResultKey, type Declaration } from '@client-tickets/results';

/**
 * Keys of a results location that the query never writes. Readers ignore names that begin with an underscore, and so does
 * this; a checkpoint location inside the results location is left out as well.
 */
export async function* listUnexpectedFiles(
  query: Declaration,
  results: ObjectStore,
  checkpoints: ObjectStore,
): AsyncIterable<string> {
  for await (const { key } of results.list('')) {
    const isCheckpoint = `${results.location}${key}`.startsWith(checkpoints.location);
    if (!isResultKey(query, key) && !isCheckpoint && !key.startsWith('_')) yield key;
  }
}
