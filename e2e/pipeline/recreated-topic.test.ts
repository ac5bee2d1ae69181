import {
  createTestLocation,
  hasKafka,
  hasS3,
  poll,
  readResults,
  startService,
  uniqueName,
} from '@client-tickets/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { createCluster } from '../chaos/run/cluster.ts';

const BEFORE = 60;
const AFTER = 300;
const NEXT_LOG = 10 ** 15;
const PARTITIONS = 3;
const FAILED = 1;
const SOON_MS = 180_000;

const clean: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const each of clean) await each();
});

describe.each([
  { kind: 's3', isThere: hasKafka && hasS3 },
  { kind: 'folder', isThere: hasKafka },
] as const)(
  'a topic on real Kafka that is made again under its consumer, into a $kind location',
  ({ kind, isThere }) => {
    test.skipIf(!isThere)(
      'stops it, also when it is started again; once that is accepted, both logs are in the results',
      async () => {
        const location = await createTestLocation(kind);
        clean.push(() => location.remove());
        const { RESULTS_PATH, CHECKPOINT_PATH } = location;
        const topic = uniqueName('recreated');
        const settings = {
          KAFKA_TOPIC: topic,
          KAFKA_GROUP_ID: topic,
          RESULTS_PATH,
          CHECKPOINT_PATH,
          RESULTS_ROLLOVER_INTERVAL: '1 second',
        };
        const run = async (
          service: 'producer' | 'consumer' | 'operator',
          more: Readonly<Record<string, string>> = {},
          args: readonly string[] = [],
        ) => {
          const started = startService(service, { ...settings, ...more }, args);
          return { code: await started.ended, output: started.output() };
        };
        const produce = async (count: number): Promise<void> => {
          const { code, output } = await run('producer', {
            TICKET_COUNT: String(count),
            TICKETS_PER_SECOND: '0',
          });
          expect(code, output).toBe(0);
        };
        const results = async () => readResults(await location.openResults());

        await produce(BEFORE);
        const consumer = startService('consumer', { ...settings, TRIGGER: '100 milliseconds' });
        await consumer.waitForLog('partitions assigned');
        await poll(
          'the first tickets in files',
          SOON_MS,
          async () => (await results()).rows.length === BEFORE,
        );
        await createCluster((process.env['KAFKA_BROKERS'] ?? '').split(',')).recreateTopic(topic, PARTITIONS);
        await produce(AFTER); // past every offset that was read
        expect(await consumer.ended, consumer.output()).toBe(FAILED);
        expect(consumer.output()).toContain('data_loss');
        expect(consumer.output()).toContain('`tickets accept-data-loss` does');
        expect((await run('consumer', { TRIGGER: 'availableNow' })).code).toBe(FAILED);
        expect((await results()).rows).toHaveLength(BEFORE);

        const accepted = await run('operator', {}, ['accept-data-loss', '--yes']);
        expect(accepted.code, accepted.output).toBe(0);
        // Of several partitions each may stop it in its turn.
        await poll('all partitions accepted', SOON_MS, async () => {
          const { code } = await run('consumer', { TRIGGER: 'availableNow' });
          if (code !== 0) await run('operator', {}, ['accept-data-loss', '--yes']);
          return code === 0;
        });

        const { rows, counted, deadLetters } = await results();
        const inNextLog = rows.filter((row) => Number(row.split('/')[1]) >= NEXT_LOG);
        expect(inNextLog).toHaveLength(AFTER);
        expect(new Set(rows).size).toBe(BEFORE + AFTER);
        expect(rows).toHaveLength(BEFORE + AFTER);
        expect(counted).toBe(BEFORE + AFTER);
        expect(deadLetters).toEqual([]);
        const verified = await run('operator', {}, ['verify']);
        expect(verified.code, verified.output).toBe(0);
      },
    );
  },
);
