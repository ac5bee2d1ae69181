import kafkajs, { type ITopicConfig } from 'kafkajs';
import { poll } from './poll.ts';

const DEADLINE_MS = 30_000;

/**
 * Makes a topic on the brokers of `KAFKA_BROKERS`, and waits until each of them knows who leads its partitions. kafkajs's own
 * wait asks one broker, and rejects when that one has not heard of the topic yet, as its producers do a moment later.
 */
export async function createTopic(config: ITopicConfig): Promise<void> {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const admin = adminOf(brokers);
  await admin.connect();
  try {
    await admin.createTopics({ topics: [config], waitForLeaders: false });
  } finally {
    await admin.disconnect();
  }
  for (const broker of brokers)
    await poll(`leaders of ${config.topic}, asked of ${broker}`, DEADLINE_MS, () =>
      knowsLeaders(broker, config.topic),
    );
}

/** The first request of a client goes to the broker that it was given; later ones to any. */
async function knowsLeaders(broker: string, topic: string): Promise<boolean> {
  const admin = adminOf([broker]);
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}

function adminOf(brokers: string[]): kafkajs.Admin {
  return new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 0 } }).admin();
}
