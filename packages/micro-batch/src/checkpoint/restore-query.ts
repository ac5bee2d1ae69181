import { compareAndSwap } from './compare-and-swap.ts';
import { QueryError } from '../ports/query-error.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { encodeIdentity, queryKey, type QueryIdentity } from './query-identity.ts';

/**
 * Writes `query.json` of a query that exists already, for whoever rebuilds a checkpoint that was lost. Throws `QueryError`
 * `checkpoint_mismatch` when there is one: nothing is ever replaced.
 */
export async function restoreQuery(checkpoints: ObjectStore, identity: QueryIdentity): Promise<void> {
  const key = queryKey(identity.topic);
  const options = { contentType: 'application/json' };
  if ((await compareAndSwap(checkpoints, key, encodeIdentity(identity), undefined, options)) !== undefined)
    return;
  throw new QueryError(
    'checkpoint_mismatch',
    `${checkpoints.location}${key} is there already. A checkpoint is rebuilt only where there is none.`,
  );
}
