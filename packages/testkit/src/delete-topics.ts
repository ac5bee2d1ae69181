import { askBrokers, ONCE } from './each-broker.ts';
import { ANSWER_WITHIN_MS, environmentBrokers } from './patient-kafka.ts';
import { poll } from './poll.ts';

const DEADLINE_MS = 120_000;

/** Deletes those that are there. Brokers that are slow to answer are asked again, of what is left by then. */
export async function deleteTopics(
  topics: readonly string[],
  brokers: readonly string[] = environmentBrokers(),
): Promise<void> {
  await poll(`${topics.join(', ')} deleted`, DEADLINE_MS, () =>
    askBrokers(
      brokers,
      async (admin) => {
        const existing = new Set(await admin.listTopics());
        const left = topics.filter((topic) => existing.has(topic));
        if (left.length > 0) await admin.deleteTopics({ topics: left, timeout: ANSWER_WITHIN_MS });
        return true;
      },
      ONCE,
    ).catch(() => false),
  );
}
