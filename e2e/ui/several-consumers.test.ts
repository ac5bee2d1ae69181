import { afterAll, describe, expect, test } from 'vitest';
import { startService } from '../pipeline/service-process.ts';
import {
  createTestLocation,
  hasKafka,
  hasS3,
  uniqueName,
  type TestLocation,
} from '../pipeline/test-servers.ts';
import { startConsumer, type RunningConsumer } from './running-consumer.ts';

interface PartitionRow {
  readonly partition: number;
  readonly mine: boolean;
  readonly owner: string | null;
  readonly rows: number;
}

const consumers: RunningConsumer[] = [];
const locations: TestLocation[] = [];

afterAll(async () => {
  for (const consumer of consumers) {
    consumer.process.kill('SIGKILL');
    await consumer.process.ended;
  }
  for (const location of locations) await location.remove();
});

async function partitionsOf({ url }: RunningConsumer): Promise<readonly PartitionRow[]> {
  const answer = await fetch(`${url}/api/v1/partitions`);
  return ((await answer.json()) as { items: PartitionRow[] }).items;
}

describe.skipIf(!hasKafka || !hasS3)(
  'two consumers of one group (needs KAFKA_BROKERS and AWS_ENDPOINT_URL_S3)',
  () => {
    test(
      'the page of each names the owner of every partition, its own and the other’s',
      { timeout: 120_000 },
      async () => {
        const location = await createTestLocation('s3');
        locations.push(location);
        const topic = { KAFKA_TOPIC: uniqueName('owners') };
        const settings = {
          ...topic,
          KAFKA_GROUP_ID: uniqueName('owners'),
          RESULTS_PATH: location.RESULTS_PATH,
          CHECKPOINT_PATH: location.CHECKPOINT_PATH,
        };
        const producer = startService('producer', { ...topic, TICKETS_PER_SECOND: '0' });
        expect(await producer.ended, producer.output()).toBe(0);
        const first = await startConsumer(settings);
        consumers.push(first);
        await first.process.waitForLog('partitions assigned');
        const second = await startConsumer(settings);
        consumers.push(second);

        /** As each names itself. */
        const ownName = async (consumer: RunningConsumer): Promise<string | null | undefined> =>
          (await partitionsOf(consumer)).find(({ mine }) => mine)?.owner;
        await expect.poll(() => ownName(second), { timeout: 30_000 }).toMatch(/^consumer-.+-\d+$/);
        const names = [await ownName(first), await ownName(second)];
        expect(names[0]).not.toBe(names[1]);

        for (const consumer of consumers) {
          await expect
            .poll(
              async () =>
                (await partitionsOf(consumer)).map(({ owner, rows }) => [names.includes(owner), rows > 0]),
              {
                timeout: 30_000,
              },
            )
            .toEqual([0, 1, 2].map(() => [true, true]));
        }
        const [seenByFirst, seenBySecond] = [await partitionsOf(first), await partitionsOf(second)];
        expect(seenByFirst.map(({ owner }) => owner)).toEqual(seenBySecond.map(({ owner }) => owner));
        expect(seenByFirst.map(({ mine }) => mine)).toEqual(seenBySecond.map(({ mine }) => !mine));

        // The other's partitions are known while it stops, and are this one's afterwards.
        second.process.kill('SIGTERM');
        expect(await second.process.ended).toBe(0);
        await expect
          .poll(async () => (await partitionsOf(first)).map(({ owner }) => owner), { timeout: 30_000 })
          .toEqual([names[0], names[0], names[0]]);
      },
    );
  },
);
