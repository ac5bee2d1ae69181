import { readQuery, type ObjectStore, type QueryIdentity } from '@client-tickets/micro-batch';
import { RequeueJournal } from './requeue-journal.ts';

/** `undefined`: there is no query of this topic, so nothing was ever requeued. */
export async function openJournal(
  checkpoints: ObjectStore,
  topic: string,
): Promise<{ readonly identity: QueryIdentity; readonly journal: RequeueJournal } | undefined> {
  const identity = await readQuery(checkpoints, topic);
  if (identity === undefined) return undefined;
  return { identity, journal: await RequeueJournal.open(checkpoints, topic, identity.id) };
}
