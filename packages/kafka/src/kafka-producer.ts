import { backoffMs } from '@client-tickets/micro-batch';
import kafkajs, { type Message, type PartitionMetadata } from 'kafkajs';
import { compressionType, type CompressionName } from './codecs.ts';
import { describeFailure } from './describe-failure.ts';
import { readFailure } from './failure.ts';
import type { TopicClientOptions } from './kafka-connection.ts';
import { KafkaError } from './kafka-error.ts';
import { createOffsetReader } from './kafka-offsets.ts';
import { createPartitionCount } from './partition-count.ts';
import { PartitionWriter, type Outgoing } from './partition-writer.ts';
import { openProducerSession, type ProducerSession } from './producer-session.ts';

export interface KafkaProducerOptions extends TopicClientOptions {
  /** Default: `none`. `zstd` needs Node.js 22.15. */
  readonly compression?: CompressionName;
  /** Whether brokers recognize what is sent again after a lost answer. Default: true. */
  readonly idempotent?: boolean;
  /** Of one record batch, before compression; brokers accept 1 MB by default. Default: 900 000. */
  readonly maxBatchBytes?: number;
  /** Of one record batch. Default: 5000. */
  readonly maxBatchMessages?: number;
  /** How long a batch is tried for. Default: 2 minutes. */
  readonly deliveryTimeoutMs?: number;
}

export interface ProducerMessage {
  /** Messages of one key go to one partition, in order; which one, Java's clients agree on. */
  readonly key: string;
  readonly value: Uint8Array | string | null;
  /** Milliseconds since the epoch. Default: when it is sent. */
  readonly timestamp?: number;
}

export interface KafkaProducer {
  /**
   * Resolves once all in-sync replicas have all of the messages. Call it again without waiting: what has gathered for a
   * partition is written as one batch. After a rejection, with a `KafkaError`, some of the messages may have been written.
   */
  send(messages: readonly ProducerMessage[]): Promise<void>;
  /** Resolves once nothing that was sent is still under way. */
  flush(): Promise<void>;
  /** Flushes, then disconnects. */
  close(): Promise<void>;
}

const MESSAGE_OVERHEAD_BYTES = 24;
const NEW_SESSIONS_PER_BATCH = 3;
const REOPEN_DELAYS = { firstMs: 250, longestMs: 2_000 };
// The broker has no batch of this producer that ends right before this one. So it has not stored this one either, and it
// is safe to send it again under a new producer id.
const SEQUENCE_LOST: ReadonlySet<string> = new Set(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID']);

/**
 * Writes to a topic: acknowledged by all in-sync replicas, without duplicates while the producer lives, in order for each
 * key. Every request carries one partition. (A kafkajs request for several is repeated by broker when part of it fails; when
 * a leader has moved meanwhile, it leaves out what it takes for done, or writes again what is done.)
 */
export function createKafkaProducer(options: KafkaProducerOptions): KafkaProducer {
  const { connection, topic, logger, clock, compression = 'none', idempotent = true } = options;
  const { maxBatchBytes = 900_000, maxBatchMessages = 5_000, deliveryTimeoutMs = 120_000 } = options;
  const sessionOptions = {
    connection,
    topic,
    logger,
    clock,
    idempotent,
    compression: compressionType(compression),
    deliveryTimeoutMs,
  };
  const topicReader = createOffsetReader({ connection, topic, logger, clock, timeoutMs: deliveryTimeoutMs });
  const partitionCount = createPartitionCount(async () => (await topicReader.partitions()).length, clock);
  const partitioner = kafkajs.Partitioners.DefaultPartitioner();
  const writers = new Map<number, PartitionWriter<Message>>();
  const underWay = new Set<Promise<void>>();
  let session: Promise<ProducerSession> | undefined;
  let isClosed = false;

  async function retire(old: Promise<ProducerSession>): Promise<void> {
    if (session !== old) return;
    session = undefined;
    try {
      await (await old).retire();
    } catch (error) {
      logger.debug({ topic, error: readFailure(error).reason }, 'a producer did not disconnect in order');
    }
  }

  async function usableSession(): Promise<ProducerSession> {
    const deadline = clock.monotonic() + deliveryTimeoutMs;
    for (let failures = 1; ; failures += 1) {
      const current = (session ??= openProducerSession(sessionOptions));
      try {
        const opened = await current;
        if (opened.isUsable) return opened;
      } catch (error) {
        await retire(current);
        // For some seconds the cluster goes on naming a broker that has died, and kafkajs does not ask another one for a
        // producer id. Nothing was written yet, so trying again is safe.
        const failure = readFailure(error);
        if (failure.kind !== 'transient' || clock.monotonic() >= deadline) throw error;
        logger.warn({ topic, error: failure.reason }, 'the brokers gave no producer id; asking again');
        await clock.sleep(backoffMs(failures, REOPEN_DELAYS));
        continue;
      }
      retire(current).catch(() => {}); // never rejects; others may still be writing with it
    }
  }

  async function write(partition: number, messages: readonly Message[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const current = await usableSession();
        await current.write(partition, messages);
        return;
      } catch (error) {
        const failure = readFailure(error);
        const isSafe = failure.type !== undefined && SEQUENCE_LOST.has(failure.type);
        if (!isSafe || attempt === NEW_SESSIONS_PER_BATCH)
          throw describeFailure(`writing to ${topic}`, failure, error);
        logger.warn(
          { topic, partition, error: failure.reason },
          'the brokers forgot this producer; starting as a new one',
        );
      }
    }
  }

  function writerOf(partition: number): PartitionWriter<Message> {
    const limits = { maxMessages: maxBatchMessages, maxBytes: maxBatchBytes };
    const writer =
      writers.get(partition) ?? new PartitionWriter((messages) => write(partition, messages), limits);
    writers.set(partition, writer);
    return writer;
  }

  async function enqueue(messages: readonly ProducerMessage[]): Promise<void> {
    const partitionMetadata = describePartitions(await partitionCount());
    const parts = new Map<number, Outgoing<Message>[]>();
    for (const message of messages) {
      const withKey = { key: message.key, value: null };
      const partition = partitioner({ topic, partitionMetadata, message: withKey });
      const part = parts.get(partition) ?? [];
      parts.set(partition, part);
      part.push(encode(message, partition));
    }
    await Promise.all([...parts].map(([partition, part]) => writerOf(partition).add(part)));
  }

  const flush = async (): Promise<void> => {
    await Promise.allSettled(underWay);
  };

  return {
    send: async (messages) => {
      if (isClosed) throw new KafkaError('failed', `The producer for ${topic} is closed; nothing was sent.`);
      const sending = enqueue(messages);
      underWay.add(sending);
      try {
        await sending;
      } finally {
        underWay.delete(sending);
      }
    },
    flush,
    close: async () => {
      isClosed = true;
      await flush();
      if (session !== undefined) await retire(session);
      await topicReader.close();
    },
  };
}

function encode({ key, value, timestamp }: ProducerMessage, partition: number): Outgoing<Message> {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value === null ? null : asBuffer(value);
  const message = { key, value: bytes, partition };
  return {
    message: timestamp === undefined ? message : { ...message, timestamp: String(timestamp) },
    bytes: MESSAGE_OVERHEAD_BYTES + Buffer.byteLength(key) + (bytes?.length ?? 0),
  };
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** What kafkajs's partitioner wants to know; for messages with a key it only counts. */
const describePartitions = (count: number): PartitionMetadata[] =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }));
