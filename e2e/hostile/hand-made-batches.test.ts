import { afterAll, describe, expect, test } from 'vitest';
import { rowsPrefix } from '@client-tickets/results';
import { ticketQuery, createTicketGenerator, encodeTicket } from '@client-tickets/tickets';
import {
  createTestLocation,
  hasKafka,
  hasS3,
  startService,
  type TestLocation,
  uniqueName,
} from '@client-tickets/testkit';
import { createHostileTopic, type HostileTopic } from './hostile-topic.ts';
import { produceRaw } from './raw-produce.ts';
import { encodeRawBatch, encodeRawRecords } from './raw-record-batch.ts';
import { readJsonLines } from './read-json-lines.ts';

const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
const PARTITION = 1;

const topics: HostileTopic[] = [];
const locations: TestLocation[] = [];
afterAll(async () => {
  for (const topic of topics) await topic.remove();
  for (const location of locations) await location.remove();
});

/** 25 tickets, ten in a batch made by hand, 165 more. */
const [BEFORE, BY_HAND, AFTER] = [25, 10, 165];

describe.skipIf(!hasKafka || !hasS3)('record batches that were made by hand', () => {
  test.each([
    { offsets: 'one a million ahead', deltas: [0, 1, 2, 3, 4, 1_000_005, 6, 7, 8, 9] },
    { offsets: 'one before the batch', deltas: [0, 1, 2, 3, 4, -85, 6, 7, 8, 9] },
    { offsets: 'another order', deltas: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] },
    { offsets: 'the same for all', deltas: [3, 3, 3, 3, 3, 3, 3, 3, 3, 3] },
  ])(
    'with $offsets cost no other ticket, with a restart behind them',
    async ({ deltas }) => {
      const generator = createTicketGenerator({ seed: 1, startTime: new Date(Date.UTC(2026, 0, 1)) });
      const tickets = Array.from({ length: BEFORE + BY_HAND + AFTER }, () => encodeTicket(generator.next()));
      const topic = await createHostileTopic({
        brokers,
        topic: uniqueName('by-hand'),
        maxMessageBytes: 1_048_588,
      });
      topics.push(topic);
      const location = await createTestLocation('s3');
      locations.push(location);
      const environment = {
        RESULTS_PATH: location.RESULTS_PATH,
        CHECKPOINT_PATH: location.CHECKPOINT_PATH,
        KAFKA_TOPIC: topic.topic,
        KAFKA_GROUP_ID: uniqueName('by-hand'),
        MAX_OFFSETS_PER_TRIGGER: '50',
        TRIGGER: 'availableNow',
      };
      const run = async (service: 'consumer' | 'operator', args: readonly string[] = []): Promise<string> => {
        const process = startService(service, environment, args);
        expect(await process.ended, process.output()).toBe(0);
        return process.output();
      };
      const asMessages = (values: readonly Uint8Array[]) => values.map((value) => ({ key: null, value }));

      await topic.send(PARTITION, asMessages(tickets.slice(0, BEFORE)));
      const byHand = tickets.slice(BEFORE, BEFORE + BY_HAND);
      const records = byHand.map((value, index) => ({ value, offsetDelta: deltas[index] ?? 0 }));
      const batch = encodeRawBatch({ count: BY_HAND, records: encodeRawRecords(records) });
      await produceRaw({ brokers, topic: topic.topic, partition: PARTITION, batch });
      const output = await run('consumer');
      expect(output).toMatch(/say other offsets than they have/);
      await topic.send(PARTITION, asMessages(tickets.slice(BEFORE + BY_HAND)));
      await run('consumer');
      await run('operator', ['verify']);

      const rows = await readJsonLines(await location.openResults(), rowsPrefix(ticketQuery.table, 'json'));
      expect(rows.map((row) => [row['kafka_offset'], row['ticket_id']])).toEqual(
        tickets.map((value, offset) => [offset, ticketId(value)]),
      );
    },
    120_000,
  );
});

const ticketId = (value: Uint8Array): unknown =>
  (JSON.parse(Buffer.from(value).toString()) as { readonly ticket_id: string }).ticket_id;
