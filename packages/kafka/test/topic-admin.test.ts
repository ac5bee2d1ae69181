import { silentLogger, systemClock } from '@client-tickets/micro-batch';
import { untilEachBrokerSays } from '@client-tickets/testkit';
import { describe, expect, test } from 'vitest';
import { ensureTopic, type EnsureTopicOptions } from '../src/index.ts';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';

describe.skipIf(!hasBrokers)('ensuring a topic', () => {
  const { connection, uniqueName, createTopic, admin } = useRealBrokers();
  const options = (topic: string): EnsureTopicOptions => ({
    connection,
    topic,
    partitions: 3,
    replicationFactor: 3,
    logger: silentLogger,
    clock: systemClock,
  });

  test('creates it with partitions, replicas and settings, each partition with a leader', async () => {
    const topic = uniqueName();
    const ensured = await ensureTopic({ ...options(topic), config: { 'retention.ms': '86400000' } });
    expect(ensured).toEqual({ created: true, partitions: 3, replicationFactor: 3, differences: [] });
    await untilEachBrokerSays('partitions', topic, ({ partitions }) => partitions.length === 3);
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    expect(topics[0]?.partitions.map(({ leader, replicas }) => leader >= 0 && replicas.length)).toEqual([
      3, 3, 3,
    ]);
  });

  test('several at once all succeed, and one of them has created it', async () => {
    const topic = uniqueName();
    const ensured = await Promise.all([1, 2, 3].map(() => ensureTopic(options(topic))));
    expect(ensured.filter(({ created }) => created)).toHaveLength(1);
    expect(ensured.every(({ partitions, differences }) => partitions === 3 && differences.length === 0)).toBe(
      true,
    );
  });

  test('says how an existing topic differs, and leaves it as it is', async () => {
    const topic = await createTopic({ numPartitions: 2, replicationFactor: 1 });
    const ensured = await ensureTopic(options(topic));
    expect(ensured).toEqual({
      created: false,
      partitions: 2,
      replicationFactor: 1,
      differences: [
        { setting: 'partitions', expected: 3, found: 2 },
        { setting: 'replicationFactor', expected: 3, found: 1 },
      ],
    });
  });

  test('names the number of brokers when there are too few for the replicas', async () => {
    await expect(
      ensureTopic({ ...options(uniqueName()), replicationFactor: 9, brokersTimeoutMs: 200 }),
    ).rejects.toMatchObject({
      name: 'KafkaError',
      code: 'too_few_brokers',
      message: expect.stringContaining(
        'the cluster has 3 brokers. Start more, or set KAFKA_TOPIC_REPLICATION_FACTOR=3.',
      ),
    });
  });

  test('a name that cannot be one is refused with the reason', async () => {
    await expect(ensureTopic(options('not/a/topic'))).rejects.toMatchObject({ name: 'KafkaError' });
  });
});
