import type { ITopicConfig } from 'kafkajs';
import { askBrokers, environmentBrokers, untilEachBrokerSays } from './each-broker.ts';
import { poll } from './poll.ts';

const DEADLINE_MS = 30_000;

/** Makes a topic, and waits until every broker knows who leads its partitions, and those do: a broker says so a moment before. */
export async function createTopic(
  config: ITopicConfig,
  brokers: readonly string[] = environmentBrokers(),
): Promise<void> {
  const { topic } = config;
  // kafkajs's own wait asks one broker, and rejects when that one has not heard of the topic yet.
  await askBrokers(brokers, (admin) =>
    admin.createTopics({ topics: [config], waitForLeaders: false, timeout: DEADLINE_MS }),
  );
  await untilEachBrokerSays(
    'leaders',
    topic,
    ({ partitions }) => partitions.every(({ leader }) => leader >= 0),
    brokers,
  );
  await poll(`leaders of ${topic} that lead`, DEADLINE_MS, () =>
    askBrokers(brokers, (admin) => admin.fetchTopicOffsets(topic)).then(
      () => true,
      () => false,
    ),
  );
}
