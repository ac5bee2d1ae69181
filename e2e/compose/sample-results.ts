import {
  RecordList,
  type CommittedState,
  type ObjectStore,
  type MicroBatch,
  type SourceRecord,
} from '@client-tickets/micro-batch';
import { createCountsPublisher, createTicketHandler, type TicketState } from '@client-tickets/results';
import { createTicketGenerator, encodeTicket } from '@client-tickets/tickets';

const PARTITIONS = 3;
const BATCH = 20_000;
const handler = createTicketHandler({ formats: ['json', 'parquet'] });

/** Writes what the pipeline would have made of so many tickets and, after every hundredth, a message that is none. */
export async function writeSampleResults(store: ObjectStore, tickets: number): Promise<void> {
  const generator = createTicketGenerator({ seed: 7, startTime: new Date('2026-11-22T09:30:00Z') });
  const committed = new Map<number, CommittedState<TicketState>>();
  const pending = new Map<number, SourceRecord[]>();

  async function commit(partition: number): Promise<void> {
    const records = pending.get(partition) ?? [];
    const { endOffset: startOffset, state } = committed.get(partition) ?? {
      endOffset: 0n,
      state: handler.initialState,
    };
    const endOffset = startOffset + BigInt(records.length);
    const batch: MicroBatch = {
      topic: 'client_tickets',
      partition,
      startOffset,
      endOffset,
      records: RecordList.of(records),
    };
    const handled = await handler.handle(batch, state);
    for (const { key, body, contentType } of handled.files) await store.put(key, body, { contentType });
    committed.set(partition, { endOffset, state: handled.state });
    pending.set(partition, []);
  }

  function add(partition: number, value: Uint8Array, timestamp: number): void {
    const records = pending.get(partition) ?? [];
    const offset = (committed.get(partition)?.endOffset ?? 0n) + BigInt(records.length);
    records.push({ offset, timestamp, key: null, value });
    pending.set(partition, records);
  }

  for (let made = 1; made <= tickets; made += 1) {
    const partition = made % PARTITIONS;
    const ticket = generator.next();
    const timestamp = Date.parse(ticket.created_at);
    add(partition, encodeTicket(ticket), timestamp);
    if (made % 100 === 0) add(partition, Buffer.from('no ticket'), timestamp);
    if ((pending.get(partition)?.length ?? 0) >= BATCH) await commit(partition);
  }
  for (let partition = 0; partition < PARTITIONS; partition += 1) await commit(partition);
  const states = async (): Promise<typeof committed> => committed;
  await createCountsPublisher({ store, topic: 'client_tickets' }).publish({ read: states, refresh: states });
}
