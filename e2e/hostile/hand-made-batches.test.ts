import { rowsPrefix } from '@client-tickets/results';
import { ticketQuery, createTicketGenerator, encodeTicket } from '@client-tickets/tickets';
import { hasKafka, hasS3, uniqueName } from '@client-tickets/testkit';
import { describe, expect, test } from 'vitest';
import { createHostilePipeline, type HostilePipeline } from './hostile-pipeline.ts';
import { produceRaw } from './raw-produce.ts';
import { encodeRawBatch, encodeRawRecords } from './raw-record-batch.ts';
import { readJsonLines } from './read-json-lines.ts';

const PARTITION = 1;
/** 25 tickets, ten in a batch made by hand, 165 more. */
const [BEFORE, BY_HAND, AFTER] = [25, 10, 165];

/** Sends the tickets, those of the batch that is made by hand with offsets that are not theirs. */
async function sendTickets({ brokers, topic }: HostilePipeline, deltas: readonly number[]) {
  const generator = createTicketGenerator({ seed: 1, startTime: new Date(Date.UTC(2026, 0, 1)) });
  const tickets = Array.from({ length: BEFORE + BY_HAND + AFTER }, () => encodeTicket(generator.next()));
  const send = (values: readonly Uint8Array[]): Promise<void> =>
    topic.send(
      PARTITION,
      values.map((value) => ({ key: null, value })),
    );
  const byHand = tickets.slice(BEFORE, BEFORE + BY_HAND);
  const records = byHand.map((value, index) => ({ value, offsetDelta: deltas[index] ?? 0 }));
  const batch = encodeRawBatch({ count: BY_HAND, records: encodeRawRecords(records) });
  await send(tickets.slice(0, BEFORE));
  await produceRaw({ brokers, topic: topic.topic, partition: PARTITION, batch });
  return { tickets, sendRest: () => send(tickets.slice(BEFORE + BY_HAND)) };
}

async function expectRows({ location }: HostilePipeline, tickets: readonly Uint8Array[]): Promise<void> {
  const rows = await readJsonLines(await location.openResults(), rowsPrefix(ticketQuery.table, 'json'));
  expect(rows.map((row) => [row['kafka_offset'], row['ticket_id']])).toEqual(
    tickets.map((value, offset) => [offset, ticketId(value)]),
  );
}

const ticketId = (value: Uint8Array): unknown =>
  (JSON.parse(Buffer.from(value).toString()) as { readonly ticket_id: string }).ticket_id;

const LIES = [
  { offsets: 'one a million ahead', deltas: [0, 1, 2, 3, 4, 1_000_005, 6, 7, 8, 9] },
  { offsets: 'one before the batch', deltas: [0, 1, 2, 3, 4, -85, 6, 7, 8, 9] },
  { offsets: 'another order', deltas: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] },
  { offsets: 'the same for all', deltas: [3, 3, 3, 3, 3, 3, 3, 3, 3, 3] },
] as const;

describe.skipIf(!hasKafka || !hasS3)('record batches that were made by hand', () => {
  test.each(LIES)(
    'with $offsets cost no other ticket, with a restart behind them',
    async ({ deltas }) => {
      const pipeline = await createHostilePipeline({ environment: { MAX_OFFSETS_PER_TRIGGER: '50' } });
      const { tickets, sendRest } = await sendTickets(pipeline, deltas);
      expect(await pipeline.run('consumer')).toMatch(/say other offsets than they have/);
      await sendRest();
      await pipeline.run('consumer');
      await pipeline.run('operator', ['verify']);
      await expectRows(pipeline, tickets);
    },
    120_000,
  );

  test.each(LIES)(
    'with $offsets cost no other ticket, with a crash and a restart in the middle of them',
    async ({ deltas }) => {
      const pipeline = await createHostilePipeline({ environment: { MAX_OFFSETS_PER_TRIGGER: '3' } });
      const { tickets, sendRest } = await sendTickets(pipeline, deltas);
      await sendRest();
      // Three offsets a trigger, two seconds apart: the batch lies at 25 to 34, so three triggers end within it.
      const consumer = pipeline.start('consumer', [], { TRIGGER: '2 seconds' });
      await consumer.waitForLog('24→27');
      consumer.kill('SIGKILL');
      await consumer.ended;
      const status = await pipeline.run('operator', ['status', '--offsets']);
      const line = status.split('\n').find((each) => each.startsWith('{')) ?? '{}'; // Node.js may have warned before
      const { [pipeline.topic.topic]: ends } = JSON.parse(line) as Record<string, Record<string, number>>;
      expect(ends?.[PARTITION]).toBeGreaterThan(BEFORE);
      expect(ends?.[PARTITION]).toBeLessThan(BEFORE + BY_HAND);

      // A group of its own: that of the killed consumer waits for it to come back.
      await pipeline.run('consumer', [], {
        KAFKA_GROUP_ID: uniqueName('hostile'),
        MAX_OFFSETS_PER_TRIGGER: '50',
      });
      await pipeline.run('operator', ['verify']);
      await expectRows(pipeline, tickets);
    },
    120_000,
  );
});
