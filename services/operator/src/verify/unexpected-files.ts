import type { ObjectStore } from '@client-tickets/micro-batch';
import { COUNTS_FILES } from '../results/published-counts.ts';
import { parseRangeFileName } from '../results/result-key.ts';

/**
 * Keys of a results location that the query never writes. Readers ignore names that begin with an underscore, and so does
 * this; a checkpoint location inside the results location is left out as well.
 */
export async function* listUnexpectedFiles(
  results: ObjectStore,
  checkpoints: ObjectStore,
): AsyncIterable<string> {
  for await (const { key } of results.list('')) {
    const isKnown = parseRangeFileName(key) !== undefined || COUNTS_FILES.some((file) => file.key === key);
    const isCheckpoint = `${results.location}${key}`.startsWith(checkpoints.location);
    if (!isKnown && !isCheckpoint && !key.startsWith('_')) yield key;
  }
}
