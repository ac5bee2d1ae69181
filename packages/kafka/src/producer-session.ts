import kafkajs, { type CompressionTypes, type Message } from 'kafkajs';
import { createKafkaClient, type TopicClientOptions } from './kafka-connection.ts';
import { KafkaError } from './kafka-error.ts';
import { withinTime } from './within-time.ts';

export interface ProducerSessionOptions extends TopicClientOptions {
  readonly idempotent: boolean;
  readonly compression: CompressionTypes;
  readonly deliveryTimeoutMs: number;
}

/** One producer id's life. Its sequence numbers are worth nothing after a failed write, so it must not be used again then. */
export interface ProducerSession {
  /** False after a failure, and before the sequence numbers run out. */
  readonly isUsable: boolean;
  /** The messages still name their partition. */
  write(partition: number, messages: readonly Message[]): Promise<void>;
  /** Lets what is under way end, then disconnects. */
  retire(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 30_000;
const REPLICATION_TIMEOUT_MS = 20_000; // the broker's own, so that it is the first to say so
const RETRIES = 60; // about a second apart
const DISCONNECT_TIMEOUT_MS = 2_000;
// kafkajs goes from 2^31 to 0 in one step where brokers expect it to wrap around. Counted over all partitions.
const MAX_MESSAGES = 2 ** 30;

/** Connects, and gets a producer id. */
export async function openProducerSession(options: ProducerSessionOptions): Promise<ProducerSession> {
  const { connection, topic, logger, clock, idempotent, compression, deliveryTimeoutMs } = options;
  const client = createKafkaClient({
    connection,
    logger,
    clock,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    retries: RETRIES,
  });
  const producer = client.kafka.producer({
    idempotent,
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  const underWay = new Set<Promise<unknown>>();
  let written = 0;
  let hasFailed = false;

  try {
    await withinTime(clock, deliveryTimeoutMs, producer.connect());
  } catch (error) {
    client.destroy();
    throw error;
  }

  async function write(partition: number, messages: readonly Message[]): Promise<void> {
    written += messages.length;
    const request = producer.send({
      topic,
      acks: -1,
      timeout: REPLICATION_TIMEOUT_MS,
      compression,
      messages: [...messages],
    });
    try {
      const answers = await withinTime(clock, deliveryTimeoutMs, request);
      if (!answers.some((answer) => answer.partition === partition && answer.errorCode === 0)) {
        throw new KafkaError('failed', `no broker confirmed the batch`);
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  }

  return {
    get isUsable() {
      return !hasFailed && written < MAX_MESSAGES;
    },
    write: async (partition, messages) => {
      const writing = write(partition, messages);
      underWay.add(writing);
      try {
        await writing;
      } finally {
        underWay.delete(writing);
      }
    },
    retire: async () => {
      await Promise.allSettled(underWay);
      try {
        await withinTime(clock, DISCONNECT_TIMEOUT_MS, producer.disconnect());
      } finally {
        client.destroy();
      }
    },
  };
}
