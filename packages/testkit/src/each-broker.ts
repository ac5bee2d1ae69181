import kafkajs, { type Admin, type ITopicMetadata } from 'kafkajs';
import { poll } from './poll.ts';

const DEADLINE_MS = 90_000;

/** Those of `KAFKA_BROKERS`. */
export function environmentBrokers(): readonly string[] {
  return (process.env['KAFKA_BROKERS'] ?? '').split(',');
}

/**
 * Resolves once each broker says of a topic what is wanted. News reaches brokers one after the other, and a client asks any of them:
 * one that has not heard of a topic makes kafkajs reject, and one that has not heard of a partition makes it leave out what
 * was for it, without a word.
 */
export async function untilEachBrokerSays(
  what: string,
  topic: string,
  holds: (found: ITopicMetadata) => boolean,
  brokers: readonly string[] = environmentBrokers(),
): Promise<void> {
  for (const broker of brokers)
    await poll(`${what} of ${topic}, asked of ${broker}`, DEADLINE_MS, () =>
      // The first request of a client goes to the broker that it was given; later ones to any.
      askBrokers([broker], async (admin) => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        return topics.every(holds);
      }).catch(() => false),
    );
}

/** Asks once, with a client of its own. */
export async function askBrokers<T>(
  brokers: readonly string[],
  question: (admin: Admin) => Promise<T>,
): Promise<T> {
  const kafka = new kafkajs.Kafka({
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await question(admin);
  } finally {
    await admin.disconnect();
  }
}
