import type { Admin, ITopicMetadata, RetryOptions } from 'kafkajs';
import { environmentBrokers, patientKafka } from './patient-kafka.ts';
import { poll } from './poll.ts';

const DEADLINE_MS = 120_000;
/** For what is asked again and again by itself. */
export const ONCE: RetryOptions = { retries: 0 };

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
      askBrokers(
        [broker],
        async (admin) => {
          const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
          return topics.every(holds);
        },
        ONCE,
      ).catch(() => false),
    );
}

/** Asks with a client of its own. */
export async function askBrokers<T>(
  brokers: readonly string[],
  question: (admin: Admin) => Promise<T>,
  retry?: RetryOptions,
): Promise<T> {
  const admin = patientKafka(brokers, retry).admin();
  try {
    await admin.connect();
    return await question(admin);
  } finally {
    await admin.disconnect();
  }
}
