import kafkajs, { type ITopicConfig } from 'kafkajs';
import { askBrokers, ONCE, untilEachBrokerSays } from './each-broker.ts';
import { ANSWER_WITHIN_MS, environmentBrokers } from './patient-kafka.ts';
import { poll } from './poll.ts';

const DEADLINE_MS = 120_000;

/** Makes a topic, and waits until every broker knows who leads its partitions, and those do: a broker says so a moment before. */
export async function createTopic(
  config: ITopicConfig,
  brokers: readonly string[] = environmentBrokers(),
): Promise<void> {
  const { topic } = config;
  // kafkajs's own wait asks one broker, and rejects when that one has not heard of the topic yet.
  const request = { topics: [config], waitForLeaders: false, timeout: ANSWER_WITHIN_MS };
  await poll(`${topic} made`, DEADLINE_MS, () =>
    askBrokers(brokers, (admin) => admin.createTopics(request), ONCE).then(
      () => true, // or false: it is there, as a try before this one was not answered
      (error: unknown) => {
        if (mayPass(error)) return false;
        throw error;
      },
    ),
  );
  await untilEachBrokerSays(
    'leaders',
    topic,
    ({ partitions }) => partitions.every(({ leader }) => leader >= 0),
    brokers,
  );
  await poll(`leaders of ${topic} that lead`, DEADLINE_MS, () =>
    askBrokers(brokers, (admin) => admin.fetchTopicOffsets(topic), ONCE).then(
      () => true,
      () => false,
    ),
  );
}

/** Such as brokers that are slow to answer: kafkajs itself tries again only where another one is the controller. */
function mayPass(error: unknown): boolean {
  if (error instanceof kafkajs.KafkaJSAggregateError) return error.errors.every(mayPass);
  return error instanceof kafkajs.KafkaJSError && (error.retriable || mayPass(error.cause));
}
