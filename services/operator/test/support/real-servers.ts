import { randomBytes } from 'node:crypto';
import { silentLogger, systemClock } from '@client-tickets/micro-batch';
import { createTopic, deleteTopics, patientKafka } from '@client-tickets/testkit';
import type { Admin, Kafka } from 'kafkajs';
import { afterAll, beforeAll } from 'vitest';
import { createKafkaTopicAccess } from '../../src/topic/kafka-topic-access.ts';
import type { TopicAccess } from '../../src/topic/topic-access.ts';

const { KAFKA_BROKERS, AWS_ENDPOINT_URL_S3, S3_BUCKET } = process.env;
const brokers = KAFKA_BROKERS?.split(',') ?? [];

/** Whether the environment names real servers to test with. */
export const hasBrokers = brokers.length > 0;
export const hasS3 = (AWS_ENDPOINT_URL_S3 ?? '') !== '' && (S3_BUCKET ?? '') !== '';

if (!hasBrokers)
  console.info('services/operator: KAFKA_BROKERS is not set, skipping the tests on real brokers');
if (!hasS3)
  console.info(
    'services/operator: AWS_ENDPOINT_URL_S3 or S3_BUCKET is not set, skipping the tests on a real S3',
  );

export const connection = { brokers };

export interface RealBrokers {
  readonly kafka: Kafka;
  readonly admin: Admin;
  /** A topic of two partitions, deleted when the tests are done. */
  createTopic(): Promise<string>;
  access(topic: string): TopicAccess;
}

export function uniqueName(): string {
  return `operator-test-${randomBytes(6).toString('hex')}`;
}

/** Clients for the tests of one `describe`. */
export function useRealBrokers(): RealBrokers {
  const kafka = patientKafka();
  const admin = kafka.admin();
  const topics: string[] = [];
  const accesses: TopicAccess[] = [];
  beforeAll(() => admin.connect());
  afterAll(async () => {
    await Promise.all(accesses.map((access) => access.close()));
    if (topics.length > 0) await deleteTopics(topics);
    await admin.disconnect();
  });
  return {
    kafka,
    admin,
    createTopic: async () => {
      const topic = uniqueName();
      topics.push(topic);
      await createTopic({ topic, numPartitions: 2, replicationFactor: 3 });
      return topic;
    },
    access: (topic) => {
      const access = createKafkaTopicAccess({
        connection,
        topic,
        groupId: topic,
        logger: silentLogger,
        clock: systemClock,
      });
      accesses.push(access);
      return access;
    },
  };
}
