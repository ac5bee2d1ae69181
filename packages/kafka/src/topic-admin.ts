import { backoffMs } from '@client-tickets/micro-batch';
import kafkajs, { type Admin, type PartitionMetadata } from 'kafkajs';
import { describeFailure } from './describe-failure.ts';
import { readFailure } from './failure.ts';
import { createKafkaClient, type TopicClientOptions } from './kafka-connection.ts';
import { KafkaError } from './kafka-error.ts';
import { withinTime } from './within-time.ts';

export interface EnsureTopicOptions extends TopicClientOptions {
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Settings of a new topic, such as `{ 'retention.ms': '86400000' }`. Those of an existing one are left alone. */
  readonly config?: Readonly<Record<string, string>>;
  /** For everything. Default: 30 s. */
  readonly timeoutMs?: number;
  /** How long a cluster that has too few brokers for the replicas may take to get more; it may be starting. Default: 10 s. */
  readonly brokersTimeoutMs?: number;
}

export interface TopicDifference {
  readonly setting: 'partitions' | 'replicationFactor';
  readonly expected: number;
  readonly found: number;
}

export interface EnsuredTopic {
  /** By this call; false when it was there, or another caller was faster. */
  readonly created: boolean;
  readonly partitions: number;
  /** Of the partition that has the fewest replicas. */
  readonly replicationFactor: number;
  /** Where the topic is not as asked for. Nothing is changed about an existing topic. */
  readonly differences: readonly TopicDifference[];
}

const DELAYS = { firstMs: 100, longestMs: 1_000 };
const REQUEST_TIMEOUT_MS = 10_000;
const DISCONNECT_TIMEOUT_MS = 1_000;

/**
 * Creates the topic, or says how the one that is there differs. Returns once each partition has a leader. May be called
 * by several at once. Rejects with a `KafkaError`: `too_few_brokers`, `refused`, `unavailable`, `failed`.
 */
export async function ensureTopic(options: EnsureTopicOptions): Promise<EnsuredTopic> {
  const { connection, topic, logger, clock, timeoutMs = 30_000 } = options;
  const client = createKafkaClient({
    connection,
    logger,
    clock,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    retries: 5,
  });
  const admin = client.kafka.admin();
  try {
    return await withinTime(clock, timeoutMs, prepare(admin, options));
  } catch (error) {
    if (error instanceof KafkaError && error.code === 'too_few_brokers') throw error;
    throw describeFailure(`preparing topic ${topic}`, readFailure(error), error);
  } finally {
    await withinTime(clock, DISCONNECT_TIMEOUT_MS, admin.disconnect()).catch(() => {}); // cut below
    client.destroy();
  }
}

async function prepare(admin: Admin, options: EnsureTopicOptions): Promise<EnsuredTopic> {
  await admin.connect();
  const existing = await findPartitions(admin, options.topic);
  const created = existing === undefined && (await create(admin, options));
  const partitions = await waitForLeaders(admin, options);
  const found = {
    partitions: partitions.length,
    replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
  };
  const differences = (['partitions', 'replicationFactor'] as const)
    .map((setting) => ({ setting, expected: options[setting], found: found[setting] }))
    .filter((difference) => difference.found !== difference.expected);
  return { created, ...found, differences };
}

/** `false`: another caller was faster. */
async function create(admin: Admin, options: EnsureTopicOptions): Promise<boolean> {
  const {
    topic,
    partitions,
    replicationFactor,
    config = {},
    logger,
    clock,
    brokersTimeoutMs = 10_000,
  } = options;
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  const startedAt = clock.monotonic();
  for (let failures = 1; ; failures += 1) {
    try {
      return await admin.createTopics({
        topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
        waitForLeaders: false,
      });
    } catch (error) {
      if (!creationErrors(error).includes('INVALID_REPLICATION_FACTOR')) throw error;
      const { brokers } = await admin.describeCluster();
      if (clock.monotonic() - startedAt >= brokersTimeoutMs)
        throw tooFewBrokers(options, brokers.length, error);
      logger.debug({ topic, replicationFactor, brokers: brokers.length }, 'waiting for more brokers');
      await clock.sleep(backoffMs(failures, DELAYS));
    }
  }
}

function tooFewBrokers(options: EnsureTopicOptions, count: number, cause: unknown): KafkaError {
  const { topic, replicationFactor } = options;
  return new KafkaError(
    'too_few_brokers',
    `Topic ${topic} was to have ${replicationFactor} replicas of each partition, but the cluster has ` +
      `${count === 1 ? '1 broker' : `${count} brokers`}. Start more, or set KAFKA_TOPIC_REPLICATION_FACTOR=${count}.`,
    { cause },
  );
}

/** All partitions with a leader each. A new topic takes a moment to get there. */
async function waitForLeaders(
  admin: Admin,
  { topic, clock }: EnsureTopicOptions,
): Promise<readonly PartitionMetadata[]> {
  for (let failures = 1; ; failures += 1) {
    const partitions = (await findPartitions(admin, topic)) ?? [];
    if (partitions.length > 0 && partitions.every(({ leader }) => leader >= 0)) return partitions;
    await clock.sleep(backoffMs(failures, DELAYS));
  }
}

/** `undefined`: there is no such topic. No partitions: it is not ready. */
async function findPartitions(
  admin: Admin,
  topic: string,
): Promise<readonly PartitionMetadata[] | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.find(({ name }) => name === topic)?.partitions;
  } catch (error) {
    const failure = readFailure(error);
    if (failure.type === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
    if (failure.type === 'LEADER_NOT_AVAILABLE') return [];
    throw error;
  }
}

/** What the brokers said about each topic; kafkajs hides it in an aggregate, itself wrapped. */
function creationErrors(error: unknown): readonly string[] {
  const links = [error, error instanceof Error ? error.cause : undefined];
  const parts = links.flatMap((link) =>
    link instanceof kafkajs.KafkaJSAggregateError ? link.errors : [link],
  );
  return parts.map((part) => readFailure(part).type).filter((type) => type !== undefined);
}
