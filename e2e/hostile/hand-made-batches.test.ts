import { rowsPrefix } from '@client-tickets/results';
import { ticketQuery, createTicketGenerator, encodeTicket } from '@client-tickets/tickets';
import { hasKafka, hasS3, readJsonLines, uniqueName } from '@client-tickets/testkit';
import { describe, expect, test } from 'vitest';
import { createHostilePipeline, type HostilePipeline } from './hostile-pipeline.ts';
import type { HostileMessage } from './hostile-topic.ts';
import { produceRaw } from './raw-produce.ts';
import { encodeRawBatch, encodeRawRecords } from './raw-record-batch.ts';

/** Tickets of each partition: some, so many in a batch made by hand, the rest. */
const [BEFORE, BY_HAND, AFTER] = [4, 40, 165];
const IN_ORDER = Array.from({ length: BY_HAND }, (_, index) => index);

/** Each has a partition of its own. */
const LIES = [
  { offsets: 'one a million ahead', deltas: IN_ORDER.with(5, 1_000_005) },
  { offsets: 'one before the batch', deltas: IN_ORDER.with(5, -85) },
  { offsets: 'another order', deltas: IN_ORDER.toReversed() },
  { offsets: 'the same for all', deltas: IN_ORDER.map(() => 3) },
] as const;

/** The values of each partition, as its log has them. */
type Tickets = readonly (readonly Uint8Array[])[];

function generateTickets(): Tickets {
  const generator = createTicketGenerator({ seed: 1, startTime: new Date(Date.UTC(2026, 0, 1)) });
  return LIES.map(() =>
    Array.from({ length: BEFORE + BY_HAND + AFTER }, () => encodeTicket(generator.next())),
  );
}

/** Sends the first tickets of each partition, those of the batch that is made by hand with offsets that are not theirs. */
async function sendUpToLies({ brokers, topic }: HostilePipeline, tickets: Tickets): Promise<void> {
  for (const [partition, { deltas }] of LIES.entries()) {
    const values = tickets[partition] ?? [];
    await topic.send(partition, toMessages(values.slice(0, BEFORE)));
    const byHand = values.slice(BEFORE, BEFORE + BY_HAND);
    const records = byHand.map((value, index) => ({ value, offsetDelta: deltas[index] ?? 0 }));
    const batch = encodeRawBatch({ count: BY_HAND, records: encodeRawRecords(records) });
    await produceRaw({ brokers, topic: topic.topic, partition, batch });
  }
}

async function sendRest({ topic }: HostilePipeline, tickets: Tickets): Promise<void> {
  for (const [partition, values] of tickets.entries())
    await topic.send(partition, toMessages(values.slice(BEFORE + BY_HAND)));
}

const toMessages = (values: readonly Uint8Array[]): readonly HostileMessage[] =>
  values.map((value) => ({ key: null, value }));

async function expectRows({ location }: HostilePipeline, tickets: Tickets): Promise<void> {
  const rows = await readJsonLines(await location.openResults(), rowsPrefix(ticketQuery.table, 'json'));
  for (const [partition, { offsets }] of LIES.entries())
    expect(
      rows
        .filter((row) => row['kafka_partition'] === partition)
        .map((row) => [row['kafka_offset'], row['ticket_id']]),
      offsets,
    ).toEqual((tickets[partition] ?? []).map((value, offset) => [offset, ticketId(value)]));
  expect(rows).toHaveLength(tickets.flat().length);
}

const ticketId = (value: Uint8Array): unknown =>
  (JSON.parse(Buffer.from(value).toString()) as { readonly ticket_id: string }).ticket_id;

describe.skipIf(!hasKafka || !hasS3)(
  `record batches that were made by hand, with ${LIES.map(({ offsets }) => offsets).join(', ')}`,
  () => {
    const partitions = LIES.map((_, partition) => partition);
    const createPipeline = (offsetsPerTrigger: number): Promise<HostilePipeline> =>
      createHostilePipeline({
        partitions: LIES.length,
        environment: {
          MAX_OFFSETS_PER_TRIGGER: String(offsetsPerTrigger * LIES.length),
          RESULTS_ROLLOVER_INTERVAL: '0', // a restart reads on from where the last trigger has ended
        },
      });

    test('cost no other ticket, with a restart behind them', async () => {
      const pipeline = await createPipeline(50);
      const tickets = generateTickets();
      await sendUpToLies(pipeline, tickets);
      const said = await pipeline.run('consumer');
      for (const partition of partitions)
        expect(said).toMatch(new RegExp(`"partition":${partition},.*say other offsets than they have`));
      await sendRest(pipeline, tickets);
      await pipeline.run('consumer');
      await pipeline.run('operator', ['verify']);
      await expectRows(pipeline, tickets);
    });

    test('cost no other ticket, with a crash and a restart in the middle of them', async () => {
      const pipeline = await createPipeline(3);
      const tickets = generateTickets();
      await sendUpToLies(pipeline, tickets);
      await sendRest(pipeline, tickets);
      // Three offsets of each partition a trigger, two seconds apart: the batches lie at 4 to 43, so a dozen triggers end within them.
      const consumer = pipeline.start('consumer', [], { TRIGGER: '2 seconds' });
      await Promise.all(partitions.map((partition) => consumer.waitForLog(`${partition}: 3→6`)));
      consumer.kill('SIGKILL');
      await consumer.ended;
      const status = await pipeline.run('operator', ['status', '--offsets']);
      const line = status.split('\n').find((each) => each.startsWith('{')) ?? '{}'; // Node.js may have warned before
      const { [pipeline.topic.topic]: ends } = JSON.parse(line) as Record<string, Record<string, number>>;
      for (const partition of partitions) {
        expect(ends?.[partition]).toBeGreaterThan(BEFORE);
        expect(ends?.[partition]).toBeLessThan(BEFORE + BY_HAND);
      }

      // A group of its own: that of the killed consumer waits for it to come back.
      await pipeline.run('consumer', [], {
        KAFKA_GROUP_ID: uniqueName('hostile'),
        MAX_OFFSETS_PER_TRIGGER: '200',
      });
      await pipeline.run('operator', ['verify']);
      await expectRows(pipeline, tickets);
    });
  },
);
