import { createKafkaProducer, ensureTopic } from '@client-tickets/kafka';
import { silentLogger as logger, systemClock as clock } from '@client-tickets/micro-batch';
import { listRanges, RowColumns, readRows } from '@client-tickets/results';
import {
  createTestLocation,
  hasKafka,
  poll,
  runTickets,
  startConsumer,
  uniqueName,
} from '@client-tickets/testkit';
import { createTicketGenerator, ticketQuery } from '@client-tickets/tickets';
import { expect, onTestFinished, test } from 'vitest';

const TICKETS = 20;
/** What every other ticket has beside its own fields. */
const MORE = { channel: 'web', card: { number: '4111' } };

/** Sends tickets, half of them with more fields than are declared. */
async function send(topic: string): Promise<void> {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const cluster = { connection: { brokers }, topic, logger, clock };
  await ensureTopic({ ...cluster, partitions: 1, replicationFactor: 1 });
  const generator = createTicketGenerator({ seed: 1, startTime: new Date('2026-11-22T09:30:00Z') });
  const producer = createKafkaProducer(cluster);
  await producer.send(
    Array.from({ length: TICKETS }, (_, index) => {
      const ticket = generator.next();
      return {
        key: ticket.client_id,
        value: JSON.stringify({ ...ticket, ...(index % 2 === 0 ? {} : MORE) }),
      };
    }),
  );
  await producer.close();
}

test.skipIf(!hasKafka).each([
  ['drop', [null, null]],
  ['keep', [null, JSON.stringify(MORE)]],
] as const)(
  'with UNKNOWN_FIELDS=%s, fields that are not declared are named by the page, and files hold %j of them',
  async (setting, stored) => {
    const location = await createTestLocation('folder');
    onTestFinished(() => location.remove());
    const topic = uniqueName('unknown-fields');
    await send(topic);
    const { RESULTS_PATH, CHECKPOINT_PATH } = location;
    const environment = {
      RESULTS_PATH,
      CHECKPOINT_PATH,
      KAFKA_TOPIC: topic,
      KAFKA_GROUP_ID: topic,
      TRIGGER: '100 milliseconds',
      UNKNOWN_FIELDS: setting,
    };
    const consumer = await startConsumer(environment);
    const figures = async () =>
      (await (await fetch(`${consumer.url}/api/v1/figures`)).json()) as {
        readonly rows: number | null;
        readonly unknownFields: unknown;
      };
    await poll('all tickets counted', 120_000, async () => (await figures()).rows === TICKETS);
    await expect
      .poll(async () => (await figures()).unknownFields)
      .toEqual([
        { name: 'channel', count: TICKETS / 2 },
        { name: 'card', count: TICKETS / 2 },
      ]);
    consumer.process.kill('SIGTERM');
    expect(await consumer.process.ended, consumer.process.output()).toBe(0);

    const results = await location.openResults();
    onTestFinished(() => results.close());
    const columns = new RowColumns(ticketQuery);
    const extra = columns.names.indexOf('extra');
    for await (const { range, files } of listRanges(results, ticketQuery.table)) {
      for (const { key, format } of files) {
        const body = (await results.get(key))?.body ?? new Uint8Array();
        for (const { offset, values } of await readRows(format, columns, body, range))
          expect(values[extra], key).toBe(stored[Number(offset % 2n)]);
      }
    }
    const verified = await runTickets(['verify'], environment);
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.output).toContain(`✔ ${TICKETS} tickets and 0 dead letters`);
  },
);
