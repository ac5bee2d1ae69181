import { randomBytes } from 'node:crypto';
import { silentLogger, systemClock } from '@client-tickets/micro-batch';
import { createTopic, deleteTopics } from '@client-tickets/testkit';
import kafkajs, { type Admin, type ITopicConfig, type Kafka } from 'kafkajs';
import { afterAll, beforeAll } from 'vitest';
import { createKafkaClient, type KafkaConnection } from '../../src/kafka-connection.ts';

const brokers = process.env['KAFKA_BROKERS']?.split(',') ?? [];
if (brokers.length === 0)
  console.info('packages/kafka: KAFKA_BROKERS is not set, skipping the tests on real brokers');

export interface RealBrokers {
  readonly connection: KafkaConnection;
  /** A plain client, to do to topics what our package has no use for. */
  readonly kafka: Kafka;
  readonly admin: Admin;
  /** A new topic, deleted when the tests are done. */
  readonly createTopic: (config?: Omit<ITopicConfig, 'topic'>) => Promise<string>;
  /** The same, where one broker leads all partitions: a fetch asks for all of them that are read. */
  readonly createTopicOfOneBroker: (numPartitions: number) => Promise<string>;
  /** Writes values to one partition, one record batch a call. */
  readonly produce: (topic: string, partition: number, values: readonly string[]) => Promise<void>;
  /** What retention does: the log starts at `offset` from now on. */
  readonly deleteRecordsBefore: (topic: string, partition: number, offset: bigint) => Promise<void>;
  /** A name for a topic or a group that no other test uses; topics of these names are deleted too. */
  readonly uniqueName: () => string;
}

/** Whether `KAFKA_BROKERS` names real brokers to test with. */
export const hasBrokers = brokers.length > 0;

/** Clients for the tests of one `describe`, and names of their own. */
export function useRealBrokers(): RealBrokers {
  const connection: KafkaConnection = { brokers, clientId: 'client-tickets-test' };
  const client = createKafkaClient({
    connection,
    logger: silentLogger,
    clock: systemClock,
    requestTimeoutMs: 30_000,
    retries: 10,
  });
  const admin = client.kafka.admin();
  const producer = client.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  const names: string[] = [];
  const uniqueName = (): string => {
    const unique = `kafka-test-${randomBytes(6).toString('hex')}`;
    names.push(unique);
    return unique;
  };

  beforeAll(async () => {
    await Promise.all([admin.connect(), producer.connect()]);
  });
  afterAll(async () => {
    await deleteTopics(names);
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    client.destroy();
  });

  const createNewTopic = async (config?: Omit<ITopicConfig, 'topic'>): Promise<string> => {
    const topic = uniqueName();
    // The records of these tests are of 2023: brokers would take them for expired whenever they look.
    const configEntries = [{ name: 'retention.ms', value: '-1' }];
    await createTopic({ topic, numPartitions: 3, replicationFactor: 3, configEntries, ...config });
    return topic;
  };

  return {
    connection,
    kafka: client.kafka,
    admin,
    uniqueName,
    produce: async (topic, partition, values) => {
      await producer.send({
        topic,
        messages: values.map((value) => ({ key: 'CL-100', value, partition, timestamp: '1700000000000' })),
      });
    },
    deleteRecordsBefore: async (topic, partition, offset) => {
      await admin.fetchTopicOffsets(topic); // or kafkajs does not know the leader
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: offset.toString() }] });
    },
    createTopic: createNewTopic,
    createTopicOfOneBroker: async (numPartitions) => {
      const replicas = (await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId);
      const replicaAssignment = Array.from({ length: numPartitions }, (_, partition) => {
        return { partition, replicas };
      });
      return createNewTopic({ numPartitions: -1, replicationFactor: -1, replicaAssignment });
    },
  };
}
