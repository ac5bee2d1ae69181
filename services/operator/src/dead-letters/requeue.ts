import type { IdentifiedRecord, TransactionalTopic } from '@client-tickets/kafka';
import type { Clock } from '@client-tickets/micro-batch';
import type { TopicOffsets } from '../topic/topic-access.ts';
import type { RepairedLetter } from './repair.ts';
import { showPosition, type Requeue, type RequeueJournal, type RequeueRecord } from '@client-tickets/results';

export interface RequeueContext {
  readonly journal: RequeueJournal;
  readonly topic: TransactionalTopic;
  readonly offsets: TopicOffsets;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What one transaction carries, and an entry of the journal: so many records, or bytes but for one record that has more. */
const CHUNK = { records: 100, bytes: 512 * 1024 } as const;

/**
 * Finds out what has become of a requeue that was interrupted. Call it when the topic has been opened, before anything is
 * sent: what the interrupted one had under way can't appear any more, so what is not in the topic now was never sent.
 * Returns it as it is settled now; `undefined` when there was none.
 */
export async function recoverRequeue({ journal, topic }: RequeueContext): Promise<Requeue | undefined> {
  const { pending } = journal;
  if (pending === undefined) return undefined;
  const found = await topic.find(new Set(pending.records.map(({ requeueId }) => requeueId)), pending.from);
  const records = pending.records.map((record) => ({
    ...record,
    sentTo: found.get(record.requeueId) ?? null,
  }));
  // They went into one transaction, so either all of them are there or none.
  const settled: Requeue = { ...pending, records, status: found.size > 0 ? 'sent' : 'abandoned' };
  await journal.settle(settled);
  return settled;
}

/**
 * Sends dead letters back to the topic, each exactly once:
 *
 * 1. Those that the journal says were sent are left out.
 * 2. What will be sent, and where the topic ends now, goes into the journal. The first writer wins.
 * 3. One transaction sends it, with a header that names the record. 4. The journal notes where it has gone.
 *
 * A crash after 2 or 3 leaves a plan, and `recoverRequeue` looks for its records in the topic before anything is sent again.
 * Yields what was sent, chunk by chunk.
 */
export async function* requeue(
  context: RequeueContext,
  letters: readonly Omit<RepairedLetter, 'problem'>[],
): AsyncIterable<readonly RequeueRecord[]> {
  const { journal, topic, offsets, clock, newId } = context;
  const isNew = ({ origin }: Pick<RepairedLetter, 'origin'>): boolean =>
    !journal.sentTo().has(showPosition(origin));
  const waiting = letters.filter(isNew);
  for (const chunk of inChunks(waiting)) {
    const records = chunk.map(({ origin, key, value }): RequeueRecord => {
      return { origin, key, value, requeueId: newId(), sentTo: null };
    });
    const from = new Map([...(await offsets.read())].map(([partition, { latest }]) => [partition, latest]));
    const planned = await journal.plan({ from, records, at: new Date(clock.now()).toISOString() });
    const positions = await topic.send(records.map(toOutgoing));
    const sent = records.map((record, index) => ({ ...record, sentTo: positions[index] ?? null }));
    await journal.settle({ ...planned, status: 'sent', records: sent });
    yield sent;
  }
}

function* inChunks<Letter extends Pick<RepairedLetter, 'key' | 'value'>>(
  letters: readonly Letter[],
): Iterable<readonly Letter[]> {
  let chunk: Letter[] = [];
  let bytes = 0;
  for (const letter of letters) {
    const size = (letter.key?.length ?? 0) + (letter.value?.length ?? 0);
    if (chunk.length === CHUNK.records || (chunk.length > 0 && bytes + size > CHUNK.bytes)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(letter);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

function toOutgoing({ requeueId, origin, key, value }: RequeueRecord): IdentifiedRecord {
  const headers = { 'origin-partition': String(origin.partition), 'origin-offset': String(origin.offset) };
  return { id: requeueId, key, value, headers };
}
