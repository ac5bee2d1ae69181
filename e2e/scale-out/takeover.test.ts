import {
  type ConsumerCrew,
  createConsumerCrew,
  createTestLocation,
  hasKafka,
  hasS3,
  type RunningConsumer,
  type ServiceProcess,
  startService,
  type TestLocation,
  uniqueName,
} from '@client-tickets/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crewSettings } from './crew-settings.ts';

/** As the log says it. */
const ALL_ASSIGNED = '"partitions":[0,1,2]';

interface PartitionRow {
  readonly partition: number;
  readonly mine: boolean;
  readonly owner: string | null;
  readonly countedOffset: string | null;
  readonly countedAt: string | null;
}

async function partitionsOf({ url }: RunningConsumer): Promise<readonly PartitionRow[]> {
  const answer = await fetch(`${url}/api/v1/partitions`);
  return ((await answer.json()) as { readonly items: readonly PartitionRow[] }).items;
}

describe.skipIf(!hasKafka || !hasS3)(
  'two consumers of one group (KAFKA_BROKERS, AWS_ENDPOINT_URL_S3)',
  () => {
    let location: TestLocation;
    let crew: ConsumerCrew;
    let first: RunningConsumer;
    let second: RunningConsumer;
    let producer: ServiceProcess;

    beforeAll(async () => {
      const topic = uniqueName('takeover');
      location = await createTestLocation('s3');
      crew = createConsumerCrew(crewSettings(topic, location));
      first = await crew.start();
      await first.process.waitForLog(ALL_ASSIGNED);
      second = await crew.start();
      await second.process.waitForLog('partitions assigned');
      producer = startService('producer', {
        KAFKA_TOPIC: topic,
        TICKET_COUNT: '0',
        TICKETS_PER_SECOND: '150',
      });
    });

    afterAll(async () => {
      producer.kill('SIGKILL');
      await crew.close();
      await location.remove();
    });

    test('name the owner of every partition on their pages', async () => {
      await expect
        .poll(async () => (await partitionsOf(second)).map(({ countedOffset }) => Number(countedOffset) > 0))
        .toEqual([true, true, true]);
      // Each page asks the group now and then, so one may still show what was before the other came.
      await expect
        .poll(async () => {
          const [one, other] = [await partitionsOf(first), await partitionsOf(second)];
          return one.map(({ owner, mine }, partition) => {
            const name = new RegExp(`^consumer-.+-${(mine ? first : second).process.pid}$`);
            const isOfOne = mine !== other[partition]?.mine;
            return isOfOne && name.test(owner ?? '') && owner === other[partition]?.owner;
          });
        })
        .toEqual([true, true, true]);
    });

    test('one goes on with what the other had, once the session of the other is over after a kill', async () => {
      const moved = (await partitionsOf(second)).filter(({ mine }) => !mine);
      expect(moved.length).toBeGreaterThan(0);
      const killedAt = Date.now();
      await crew.end('kill', 0);
      await second.process.waitForLog(ALL_ASSIGNED);
      const assignedAt = Date.now();
      // A batch after the assignment is the survivor's own.
      await expect
        .poll(
          async () => {
            const rows = await partitionsOf(second);
            const times = moved.map(
              ({ partition }) => rows.find((row) => row.partition === partition)?.countedAt,
            );
            return times.map((time) => Date.parse(time ?? '') > assignedAt);
          },
          { interval: 100 },
        )
        .toEqual(moved.map(() => true));
      console.info(
        `assigned ${assignedAt - killedAt} ms after the kill, first batches ${Date.now() - killedAt} ms after it`,
      );
    });
  },
);
