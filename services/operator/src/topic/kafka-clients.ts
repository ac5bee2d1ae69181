import type { KafkaConnection, KafkaSasl } from '@client-tickets/kafka';
import type { Logger } from '@client-tickets/micro-batch';
import kafkajs, { type Kafka, type SASLOptions } from 'kafkajs';

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;

/** For what packages/kafka has no words for: groups, headers and transactions. What kafkajs says goes to the log as debug. */
export function createKafka({ brokers, ssl, sasl }: KafkaConnection, logger: Logger, retries: number): Kafka {
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId: 'client-tickets-operator',
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl: saslOptions(sasl) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries },
    logLevel: kafkajs.logLevel.INFO,
    logCreator:
      () =>
      ({ namespace, log }) =>
        logger.debug({ namespace }, `kafkajs: ${log.message}`),
  });
}

// Written out: kafkajs keeps its authenticator in the object it is given.
function saslOptions({ mechanism, username, password }: KafkaSasl): SASLOptions {
  return { mechanism, username, password };
}
