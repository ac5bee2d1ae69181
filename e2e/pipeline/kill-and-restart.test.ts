import { setTimeout as after } from 'node:timers/promises';
import { createRandom } from '@client-tickets/micro-batch/testing';
import {
  createTestLocation,
  hasKafka,
  hasS3,
  readResults,
  startService,
  type TestLocation,
  uniqueName,
} from '@client-tickets/testkit';
import { afterAll, describe, expect, test } from 'vitest';

const TICKETS = 200;
const KILLS = Number(process.env['E2E_KILLS'] ?? 4);
const SEED = Number(process.env['E2E_SEED'] ?? 20_261_122);
/** What a kill finds: a file of every batch, files of a few batches, or all of them in files that are being filled. */
const ROLLOVERS = ['0', '100 milliseconds', '1 minute'] as const;
const locations: TestLocation[] = [];

afterAll(async () => {
  for (const location of locations) await location.remove();
});

describe.each([
  { kind: 's3', isThere: hasKafka && hasS3 },
  { kind: 'folder', isThere: hasKafka },
] as const)('200 tickets from real Kafka into a $kind location', ({ kind, isThere }) => {
  test.skipIf(!isThere)(
    `are there once each, though the consumer was killed ${KILLS} times (seed ${SEED})`,
    async () => {
      const random = createRandom(SEED);
      const location = await createTestLocation(kind);
      locations.push(location);
      const topic = { KAFKA_TOPIC: uniqueName('kill') };
      const producer = startService('producer', { ...topic, TICKETS_PER_SECOND: '0' });
      expect(await producer.ended, producer.output()).toBe(0);

      const { RESULTS_PATH, CHECKPOINT_PATH } = location;
      // A group of its own for each start: the group of a killed consumer waits for it to come back.
      const settings = () => ({
        ...topic,
        RESULTS_PATH,
        CHECKPOINT_PATH,
        KAFKA_GROUP_ID: uniqueName('group'),
      });
      for (let kill = 0; kill < KILLS; kill += 1) {
        const consumer = startService('consumer', {
          ...settings(),
          TRIGGER: '20 milliseconds',
          MAX_OFFSETS_PER_TRIGGER: '7',
          RESULTS_ROLLOVER_INTERVAL: ROLLOVERS[kill % ROLLOVERS.length] ?? '0',
        });
        await consumer.waitForLog('partitions assigned');
        await after(random.below(400)); // anywhere in its first batches: the moment is the point of the test
        consumer.kill('SIGKILL');
        await consumer.ended;
      }
      const last = startService('consumer', { ...settings(), TRIGGER: 'availableNow' });
      expect(await last.ended, last.output()).toBe(0);

      const results = await readResults(await location.openResults());
      expect(new Set(results.ticketIds).size).toBe(TICKETS);
      expect(results.rows).toHaveLength(TICKETS);
      expect(results.deadLetters).toEqual([]);
      expect(results.counted).toBe(TICKETS);
    },
  );
});
