import { randomUUID } from 'node:crypto';
import {
  RecordList,
  silentLogger as logger,
  systemClock as clock,
  type CountedState,
  type ObjectStore,
  type MicroBatch,
  type SourceRecord,
} from '@client-tickets/micro-batch';
import { createCountsPublisher, createQueryHandler, keepTable } from '@client-tickets/results';
import type { QueryState } from '@client-tickets/results';
import { ticketQuery, createTicketGenerator, encodeTicket } from '@client-tickets/tickets';

const PARTITIONS = 3;
const BATCH = 20_000;
const MOST_COMMIT_MS = 60_000;
const formats = ['json', 'parquet'] as const;
const topic = 'client_tickets';
const handler = createQueryHandler(ticketQuery, { formats });

/** Writes what the pipeline would have made of so many tickets and, after every hundredth, a message that is none. */
export async function writeSampleResults(store: ObjectStore, tickets: number): Promise<void> {
  const generator = createTicketGenerator({ seed: 7, startTime: new Date('2026-11-22T09:30:00Z') });
  const committed = new Map<number, CountedState<QueryState>>();
  const pending = new Map<number, SourceRecord[]>();

  async function commit(partition: number): Promise<void> {
    const records = pending.get(partition) ?? [];
    const { endOffset: startOffset, state } = committed.get(partition) ?? {
      endOffset: 0n,
      state: handler.initialState,
    };
    const endOffset = startOffset + BigInt(records.length);
    const batch: MicroBatch = {
      topic,
      partition,
      startOffset,
      endOffset,
      records: RecordList.of(records),
    };
    const files = handler.openFiles({
      ...batch,
      beginUpload: (options) => store.beginUpload({ ...options, owner: 'sample' }),
    });
    const handled = await files.add(batch, state);
    await files.finish(endOffset, state, handled.state);
    committed.set(partition, { endOffset, storedOffset: endOffset, state: handled.state });
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
  await addToTable(store, committed);
  for (let partition = 0; partition < PARTITIONS; partition += 1) await commit(partition);
  await addToTable(store, committed);
  const states = async (): Promise<typeof committed> => committed;
  await createCountsPublisher({ query: ticketQuery, store, topic }).publish({
    read: states,
    refresh: states,
    listPartitions: async () => [...committed.keys()],
  });
}

/** A version more of the Delta Lake table, with all files that are stored. */
async function addToTable(
  results: ObjectStore,
  committed: ReadonlyMap<number, Pick<CountedState<QueryState>, 'storedOffset'>>,
): Promise<void> {
  const table = keepTable({
    query: ticketQuery,
    hasExtra: false,
    formats,
    topic,
    results,
    clock,
    logger,
    newId: randomUUID,
  });
  const partitions = [...committed].map(([partition, { storedOffset }]) => ({ partition, storedOffset }));
  table.listener.onStatus?.({ partitions });
  await table.close({ budgetMs: MOST_COMMIT_MS });
}

/** Three tickets of a type, a team, priorities and a field that today's query does not have, with their counts, below `prefix`. */
export async function writeUrgentTickets(store: ObjectStore, prefix: string): Promise<void> {
  const rows = ['URGENT', 'URGENT', 'LOW'].map((priority, offset) => ({
    ticket_id: `T-${offset}`,
    client_id: 'CL-1',
    created_at: `2026-11-22T09:30:0${offset}.000Z`,
    request: 'Wo bleibt meine Bestellung?',
    type: 'ORDERS',
    priority,
    channel: 'by pigeon',
    support_team: 'Order Desk',
    kafka_partition: 0,
    kafka_offset: offset,
  }));
  const counts = {
    ticket_counts: [{ type: 'ORDERS', ticket_count: 3 }],
    ticket_counts_by_team: [{ support_team: 'Order Desk', ticket_count: 3 }],
    ticket_counts_by_priority: [
      { priority: 'LOW', ticket_count: 1 },
      { priority: 'URGENT', ticket_count: 2 },
    ],
  };
  const lines = (values: readonly object[]): Uint8Array =>
    Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  const range = `${'0'.padStart(20, '0')}-${'2'.padStart(20, '0')}`;
  await store.put(`${prefix}tickets_json/partition=0/${range}.json`, lines(rows));
  for (const [name, values] of Object.entries(counts))
    await store.put(`${prefix}${name}/part-00000.json`, lines(values));
}
