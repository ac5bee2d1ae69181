import { backoffMs, type PartitionOffsets } from '@client-tickets/micro-batch';
import type { Admin } from 'kafkajs';
import { createAdminSession } from './admin-session.ts';
import { describeFailure } from './describe-failure.ts';
import { readFailure } from './failure.ts';
import type { TopicClientOptions } from './kafka-connection.ts';
import { KafkaError } from './kafka-error.ts';

export interface OffsetReader {
  partitions(): Promise<readonly number[]>;
  /**
   * Both watermarks and the topic's id. `latest` is the last stable offset, the end of what a reader of committed transactions can
   * see: a transaction that is still open holds it back, just as it holds back the records.
   */
  watermarks(partitions: readonly number[]): Promise<ReadonlyMap<number, PartitionOffsets>>;
  /** As `Source.fetchOffsetsAt`. */
  offsetsAt(timestamp: number, partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>>;
  close(): Promise<void>;
}

export interface OffsetReaderOptions extends TopicClientOptions {
  /** How long one call may take with all its retries. */
  readonly timeoutMs: number;
}

const DELAYS = { firstMs: 100, longestMs: 1_000 };
// A topic may be unknown to a broker for a moment; one that is not there for this long is missing.
const HOPELESS_AFTER_MS = 3_000;

/**
 * Asks the brokers about a topic, on connections of its own. A call costs a metadata request and two requests to each
 * leader. One that fails is tried again, with a new client, while leaders move and brokers restart.
 */
export function createOffsetReader(options: OffsetReaderOptions): OffsetReader {
  const { topic, logger, clock, timeoutMs } = options;
  const session = createAdminSession(options);
  const closing = new AbortController();

  const persist = async <T>(what: string, ask: (admin: Admin) => Promise<T>): Promise<T> => {
    const startedAt = clock.monotonic();
    for (let failures = 1; ; failures++) {
      const delayMs = backoffMs(failures, DELAYS);
      if (closing.signal.aborted)
        throw new KafkaError('unavailable', `${what}: given up, as the client is being closed.`);
      try {
        return await session.attempt(ask);
      } catch (error) {
        const failure = readFailure(error);
        const elapsed = clock.monotonic() - startedAt;
        const isHopeless = failure.kind !== 'transient' && elapsed >= HOPELESS_AFTER_MS;
        if (isHopeless || elapsed + delayMs >= timeoutMs) throw describeFailure(what, failure, error);
        logger.debug({ topic, error: failure.reason }, `${what} failed; trying again`);
        await clock.sleep(delayMs, closing.signal);
      }
    }
  };

  return {
    partitions: () =>
      persist(`listing the partitions of ${topic}`, async (admin) => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        return topics
          .flatMap(({ partitions }) => partitions.map(({ partitionId }) => partitionId))
          .sort((a, b) => a - b);
      }),
    watermarks: async (partitions) => {
      if (partitions.length === 0) return new Map();
      return persist(`reading the offsets of ${topic}`, async (admin) => {
        const [found, logId] = await Promise.all([
          admin.fetchTopicOffsets(topic),
          fetchTopicId(admin, topic),
        ]);
        const offsets = new Map(
          found.map(({ partition, low, high }) => [
            partition,
            { earliest: BigInt(low), latest: BigInt(high), logId },
          ]),
        );
        return new Map(partitions.map((partition) => [partition, known(offsets, partition)]));
      });
    },
    offsetsAt: (timestamp, partitions) =>
      persist(`reading the offsets of ${topic} by time`, async (admin) => {
        // Before the others: where no record is of that time, kafkajs says the log's end, which may have moved on since.
        const ends = new Map(
          (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]),
        );
        const found = await admin.fetchTopicOffsetsByTimestamp(topic, timestamp);
        return new Map(
          found.flatMap(({ partition, offset }) => {
            const isRecord = BigInt(offset) < (ends.get(partition) ?? 0n);
            return isRecord && partitions.includes(partition) ? [[partition, BigInt(offset)] as const] : [];
          }),
        );
      }),
    close: async () => {
      closing.abort();
      await session.close();
    },
  };

  function known(offsets: ReadonlyMap<number, PartitionOffsets>, partition: number): PartitionOffsets {
    const found = offsets.get(partition);
    if (found === undefined) {
      throw new KafkaError(
        'topic_missing',
        `Topic ${topic} has no partition ${partition}; was it recreated with fewer?`,
      );
    }
    return found;
  }
}

/**
 * As the brokers' own tools show it: another one for each time that a topic is made. `undefined` with brokers that give topics
 * none (Kafka before 2.8), and when it can't be read now: what is compared then is records alone.
 */
async function fetchTopicId(admin: Admin, topic: string): Promise<string | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.find(({ name }) => name === topic)?.topicId;
  } catch {
    return undefined; // whether the brokers answer is told by the offsets
  }
}

const COUNT_TIMEOUT_MS = 30_000;

/** How many offsets a topic has given out so far, over all partitions: at least as many as records were ever sent to it. */
export async function countRecords(options: Omit<OffsetReaderOptions, 'timeoutMs'>): Promise<number> {
  const reader = createOffsetReader({ ...options, timeoutMs: COUNT_TIMEOUT_MS });
  try {
    const watermarks = await reader.watermarks(await reader.partitions());
    return [...watermarks.values()].reduce((sum, { latest }) => sum + Number(latest), 0);
  } finally {
    await reader.close();
  }
}
