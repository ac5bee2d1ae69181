import kafkajs, { type Kafka, type RetryOptions } from 'kafkajs';

const CONNECTION_TIMEOUT_MS = 30_000;
/** How long brokers may take over a change, in ms; kafkajs waits 30 s for their answer. */
export const ANSWER_WITHIN_MS = 25_000;
const PATIENT: RetryOptions = { retries: 20, maxRetryTime: 1_000 };

/** Those of `KAFKA_BROKERS`. */
export function environmentBrokers(): readonly string[] {
  return (process.env['KAFKA_BROKERS'] ?? '').split(',');
}

/**
 * A plain client for what tests do to a cluster. By itself kafkajs gives a connection one second and a request five tries, which a
 * busy machine misses.
 */
export function patientKafka(
  brokers: readonly string[] = environmentBrokers(),
  retry: RetryOptions = PATIENT,
): Kafka {
  return new kafkajs.Kafka({
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    retry,
  });
}
