import { setTimeout as after } from 'node:timers/promises';
import { createRandom } from '@client-tickets/micro-batch/testing';
import { createTestLocation, hasKafka, startService, uniqueName } from '@client-tickets/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { disorderedTickets, type Disorder } from './disorder.ts';
import { countByHour, expectedWindows } from './expected-windows.ts';
import { lateTickets, publishedWindows, storedRows } from './found-results.ts';
import { produce } from './produce.ts';
import { hasSpark, sparkWindows } from './spark-windows.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PARTITIONS = 3;
const SEED = Number(process.env['E2E_SEED'] ?? 20_261_126);
const DELAY = { text: '10 minutes', ms: 10 * MINUTE_MS };

/** 22 hours that ended a while ago, so that brokers keep them. */
const disorder = (given: Pick<Disorder, 'late' | 'idlePartition'>): Disorder => ({
  seed: SEED,
  tickets: 40_000,
  partitions: PARTITIONS,
  startMs: Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 24 * HOUR_MS,
  spanMs: 22 * HOUR_MS,
  ...given,
});

const SOMEWHAT_LATE = { share: 0.02, upToMs: 8 * MINUTE_MS };

const HOURS_LATE = { share: 0.001, byMs: 2 * HOUR_MS };

describe.skipIf(!hasKafka)(`40,000 tickets of 22 hours (seed ${SEED})`, () => {
  test('are counted for their hours as the rule says, though the consumer was killed five times', async () => {
    const tickets = disorderedTickets(disorder({ late: [SOMEWHAT_LATE, HOURS_LATE], idlePartition: 2 }));
    const expected = expectedWindows(tickets, { partitions: PARTITIONS, delayMs: DELAY.ms });
    expect(expected.late.length).toBeGreaterThan(10);
    const location = await createTestLocation('folder');
    onTestFinished(() => location.remove());
    const topic = uniqueName('event-time');
    await produce(topic, tickets, PARTITIONS);
    const start = () =>
      startService('consumer', {
        KAFKA_TOPIC: topic,
        RESULTS_PATH: location.RESULTS_PATH,
        CHECKPOINT_PATH: location.CHECKPOINT_PATH,
        KAFKA_GROUP_ID: uniqueName('group'), // that of a killed consumer waits for it to come back
        TRIGGER: '20 milliseconds',
        MAX_OFFSETS_PER_TRIGGER: '1000',
        RESULTS_ROLLOVER_INTERVAL: '1 second',
        WATERMARK_DELAY: DELAY.text,
        WATERMARK_IDLE: '1 second',
      });
    const random = createRandom(SEED);
    for (let kill = 0; kill < 5; kill += 1) {
      const consumer = start();
      await consumer.waitForLog('partitions assigned');
      await after(random.below(800)); // anywhere in its batches: the moment is the point of the test
      consumer.kill('SIGKILL');
      await consumer.ended;
    }
    const last = start();
    const results = await location.openResults();
    // Partition 2 follows the others once nothing has come for a second: then an hour is final when both have closed it.
    const closed = Math.min(...expected.watermarks.slice(0, 2));
    const final = expected.windows.map((each) => ({
      ...each,
      is_final: Date.parse(each.window_end) <= closed,
    }));
    await expect.poll(() => publishedWindows(results)).toEqual(final);
    last.kill('SIGTERM');
    expect(await last.ended, last.output()).toBe(0);
    // Late tickets are rows like the others: those of an hour are its counts and its late ones.
    const rows = await storedRows(results);
    expect(countByHour(rows)).toEqual(countByHour(tickets.map(({ ticket }) => ticket)));
    expect((await lateTickets(results, rows)).toSorted()).toEqual(
      expected.late.map(({ ticket_id }) => ticket_id).toSorted(),
    );
  });
});

describe.skipIf(!hasKafka || !hasSpark)(
  'beside PySpark (E2E_SPARK=1, after bench/peers/set-up pyspark)',
  () => {
    test('windows of a topic are the same where no ticket is later than the delay', async () => {
      const tickets = disorderedTickets(disorder({ late: [SOMEWHAT_LATE] }));
      const expected = expectedWindows(tickets, { partitions: PARTITIONS, delayMs: DELAY.ms });
      expect(expected.late).toEqual([]);
      const topic = uniqueName('event-time');
      await produce(topic, tickets, PARTITIONS);
      const spark = await sparkWindows(topic, { delay: DELAY.text, offsetsPerTrigger: 4_000 });
      expect(spark).toEqual({ windows: expected.windows, dropped: 0 });
      const location = await createTestLocation('folder');
      onTestFinished(() => location.remove());
      const consumer = startService('consumer', {
        KAFKA_TOPIC: topic,
        RESULTS_PATH: location.RESULTS_PATH,
        CHECKPOINT_PATH: location.CHECKPOINT_PATH,
        KAFKA_GROUP_ID: uniqueName('group'),
        TRIGGER: 'availableNow',
        MAX_OFFSETS_PER_TRIGGER: '4000',
        WATERMARK_DELAY: DELAY.text,
      });
      expect(await consumer.ended, consumer.output()).toBe(0);
      const published = await publishedWindows(await location.openResults());
      expect(published).toMatchObject([...spark.windows]);
    });
  },
);
