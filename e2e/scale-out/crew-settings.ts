import { type TestLocation, uniqueName } from '@client-tickets/testkit';

/** The shortest that brokers allow. */
const SESSION_MS = 6_000;

/** Consumers of a group of their own, which work in small steps. */
export function crewSettings(
  topic: string,
  { RESULTS_PATH, CHECKPOINT_PATH }: TestLocation,
): Readonly<Record<string, string>> {
  return {
    KAFKA_TOPIC: topic,
    KAFKA_GROUP_ID: uniqueName('crew'),
    KAFKA_SESSION_TIMEOUT_MS: String(SESSION_MS),
    TRIGGER: '200 milliseconds',
    MAX_OFFSETS_PER_TRIGGER: '100',
    RESULTS_ROLLOVER_INTERVAL: '2 seconds', // so that a takeover finds files that are being filled
    RESULTS_PATH,
    CHECKPOINT_PATH,
  };
}
