import { randomUUID } from 'node:crypto';
import {
  silentLogger,
  StreamingQuery,
  systemClock,
  type BatchHandler,
  type Clock,
  type QueryStatus,
} from '@client-tickets/micro-batch';
import { createMemoryObjectStore } from '@client-tickets/micro-batch/testing';
import kafkajs, { type Consumer, type PartitionAssigner } from 'kafkajs';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { createKafkaClient, type KafkaClient } from '../src/kafka-connection.ts';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';
import { createTestSources } from './support/test-source.ts';

/** Ten times as fast as the machine's: a query looks at the partitions of others every 15 s. */
const fastClock: Clock = {
  ...systemClock,
  monotonic: () => 10 * systemClock.monotonic(),
  sleep: (ms, signal) => systemClock.sleep(ms / 10, signal),
};

/** Counts records, and writes nothing. */
const counting: BatchHandler<number> = {
  version: '1',
  settings: {},
  initialState: 0,
  parseState: Number,
  fileKeys: () => [],
  partitionPrefixes: () => [],
  openFiles: () => {
    let rows = 0;
    return {
      bytes: 0,
      async add({ records: { length } }, state) {
        rows += length;
        return { state: state + length, rows: length, deadLetters: 0, observations: {} };
      },
      finish: async (_endOffset, state) => ({ files: [], state: state + rows, rows, deadLetters: 0 }),
      abort: async () => {},
    };
  },
};

describe.skipIf(!hasBrokers)('with another program in the group', () => {
  const real = useRealBrokers();
  const { connection, createTopic, uniqueName, produce } = real;
  const sources = createTestSources(real);
  const foreign: { readonly consumer: Consumer; readonly client: KafkaClient }[] = [];
  afterEach(async () => {
    for (const { consumer, client } of foreign.splice(0)) {
      await consumer.disconnect();
      client.destroy();
    }
  });

  /** A plain consumer of kafkajs that reads and never commits a checkpoint. Resolves once it is a member. */
  async function join(
    topic: string,
    groupId: string,
    assigners: readonly PartitionAssigner[] = [kafkajs.PartitionAssigners.roundRobin],
  ): Promise<void> {
    const client = createKafkaClient({
      connection: { ...connection, clientId: 'another-program' },
      logger: silentLogger,
      clock: systemClock,
      requestTimeoutMs: 30_000,
      retries: 10,
    });
    const consumer = client.kafka.consumer({
      groupId,
      partitionAssigners: [...assigners],
      heartbeatInterval: 300,
      maxWaitTimeInMs: 100, // or it hears of a rebalance, and of its end, five seconds late
    });
    foreign.push({ consumer, client });
    await consumer.connect();
    await consumer.subscribe({ topic });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.run({ eachMessage: async () => {} });
    await joined;
  }

  function startQuery(topic: string, groupId: string, trigger: 'availableNow' | 'interval') {
    const query = StreamingQuery.start<number>({
      name: 'counting',
      source: sources.create({ topic, groupId }),
      handler: counting,
      publisher: { publish: async () => {} },
      checkpoints: createMemoryObjectStore('memory://checkpoints/'),
      results: createMemoryObjectStore('memory://results/'),
      trigger: trigger === 'availableNow' ? { kind: trigger } : { kind: trigger, everyMs: 2_000 },
      clock: fastClock,
      logger: silentLogger,
      newId: randomUUID,
      othersWaitMs: 20_000,
    });
    onTestFinished(() => query.stop({ budgetMs: 10_000 }));
    return query;
  }

  test('that reads another topic, no partition of ours goes to it, as long as one of ours deals them out', async () => {
    const [topic, other] = [await createTopic(), await createTopic()];
    const groupId = uniqueName();
    const { source, listener } = await sources.start({ topic, groupId });
    await join(other, groupId);
    await listener.until(({ assignments }) => assignments.length > 1);
    expect(listener.assignments.at(-1)).toEqual([0, 1, 2]);
    expect(await source.fetchOwners?.()).toEqual(
      new Map([0, 1, 2].map((each) => [each, 'client-tickets-test'])),
    );
  });

  test('that leads it and deals out its own topic only, a run ends by name, as partitions have no reader', async () => {
    const [topic, other] = [await createTopic(), await createTopic()];
    const groupId = uniqueName();
    await join(other, groupId); // the first member leads
    await produce(topic, 2, ['a', 'b']);
    await expect(startQuery(topic, groupId, 'availableNow').finished).rejects.toMatchObject({
      code: 'partition_unread',
      message: expect.stringContaining('partition 2 at offset 0 of 2 (no consumer reads it)') as unknown,
    });
  });

  test('that has partitions of ours, a run ends by name, and says which program has them', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    await join(topic, groupId);
    for (const partition of [0, 1, 2]) await produce(topic, partition, ['a', 'b']);
    await expect(startQuery(topic, groupId, 'availableNow').finished).rejects.toMatchObject({
      code: 'partition_unread',
      message: expect.stringMatching(
        /partition \d at offset 0 of 2 \(the group has given it to another-program\)/,
      ) as unknown,
    });
  });

  test('that has partitions of ours, a query that runs on reports them', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    await join(topic, groupId);
    for (const partition of [0, 1, 2]) await produce(topic, partition, ['a', 'b']);
    const query = startQuery(topic, groupId, 'interval');
    const unread = (): QueryStatus['unread'] => query.status().unread;
    await expect.poll(() => unread().length).toBeGreaterThan(0);
    for (const { partition, ...each } of unread()) {
      expect(each).toEqual({ offset: 0n, target: 2n, owner: 'another-program' });
      expect(query.status().partitions.some((own) => own.partition === partition)).toBe(false);
    }
  });

  test('that shares partitions in another way, the source gives up, and names the group and the setting', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    const ownWay: PartitionAssigner = (config) => ({
      ...kafkajs.PartitionAssigners.roundRobin(config),
      name: 'own-way',
      protocol: ({ topics }) => ({
        name: 'own-way',
        metadata: kafkajs.AssignerProtocol.MemberMetadata.encode({
          version: 0,
          topics,
          userData: Buffer.alloc(0),
        }),
      }),
    });
    await join(topic, groupId, [ownWay]);
    await expect(startQuery(topic, groupId, 'availableNow').finished).rejects.toThrow(
      new RegExp(`group ${groupId} was refused: .*of another program.*KAFKA_GROUP_ID`),
    );
  });
});
