import {
  QueryError,
  readOwner,
  readQuery,
  type ObjectStore,
  type QueryIdentity,
} from '@client-tickets/micro-batch';
import type { Difference } from './difference.ts';

/** The query of two locations, or why they do not belong together. */
export type QueryCheck =
  | { readonly ok: true; readonly identity: QueryIdentity }
  | { readonly ok: false; readonly difference: Difference };

/** Whether `query.json` is there and `results/_query.json` names it. Reads only. */
export async function checkQuery(
  results: ObjectStore,
  checkpoints: ObjectStore,
  topic: string,
): Promise<QueryCheck> {
  const wrong = (message: string): QueryCheck => ({ ok: false, difference: { code: 'query', message } });
  try {
    const owner = await readOwner(results);
    const identity = await readQuery(checkpoints, topic);
    if (identity === undefined) {
      const owned =
        owner === undefined ? '' : `; the results belong to query ${owner.id} (${owner.checkpoint})`;
      return wrong(`${checkpoints.location} holds no query of topic ${topic}${owned}`);
    }
    if (owner === undefined) {
      return wrong(
        `${results.location} has no _query.json, so nothing says that query ${identity.id} writes there`,
      );
    }
    if (owner.id !== identity.id || owner.topic !== topic) {
      return wrong(
        `${results.location} belongs to query ${owner.id} of topic ${owner.topic}, ` +
          `${checkpoints.location} to query ${identity.id} of topic ${identity.topic}`,
      );
    }
    return { ok: true, identity };
  } catch (error) {
    if (error instanceof QueryError) return wrong(error.message);
    throw error;
  }
}
