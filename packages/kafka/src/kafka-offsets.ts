import type { Clock, Logger, PartitionOffsets } from '@client-tickets/micro-batch';
import type { Admin } from 'kafkajs';
import { describeFailure } from './describe-failure.ts';
import { readFailure } from './failure.ts';
import { createKafkaClient, type KafkaClient, type KafkaConnection } from './kafka-connection.ts';
import { KafkaError } from './kafka-error.ts';
import { withinTime } from './within-time.ts';

export interface OffsetReader {
  partitions(): Promise<readonly number[]>;
  /**
   * Both watermarks. `latest` is the last stable offset, the end of what a reader of committed transactions can see: a
   * transaction that is still open holds it back, just as it holds back the records.
   */
  watermarks(partitions: readonly number[]): Promise<ReadonlyMap<number, PartitionOffsets>>;
  close(): Promise<void>;
}

export interface OffsetReaderOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long one call may take with all its retries. */
  readonly timeoutMs: number;
}

const ATTEMPT_TIMEOUT_MS = 10_000;
const DISCONNECT_TIMEOUT_MS = 1_000;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 1_000;
// A topic may be unknown to a broker for a moment; one that is not there for this long is missing.
const HOPELESS_AFTER_MS = 3_000;

interface Session {
  readonly client: KafkaClient;
  readonly admin: Admin;
}

/** A session that several calls may be using; it ends when it was let go of and the last of them is done. */
interface Shared {
  readonly session: Promise<Session>;
  users: number;
  isDiscarded: boolean;
}

/**
 * Asks the brokers about a topic, on connections of its own. A call costs a metadata request and two requests to each
 * leader, at once. One that fails is tried again, with a new client, while leaders move and brokers restart.
 */
export function createOffsetReader(options: OffsetReaderOptions): OffsetReader {
  const { connection, topic, logger, clock, timeoutMs } = options;
  let shared: Shared | undefined;
  const closing = new AbortController();

  const connect = async (): Promise<Session> => {
    const client = createKafkaClient({
      connection,
      logger,
      clock,
      requestTimeoutMs: ATTEMPT_TIMEOUT_MS,
      retries: connection.brokers.length, // at connecting it goes to the next one each time
      maxRetryMs: FIRST_RETRY_MS,
    });
    const admin = client.kafka.admin();
    try {
      await admin.connect();
    } catch (error) {
      client.destroy();
      throw error;
    }
    return { client, admin };
  };

  const end = async ({ session }: Shared): Promise<void> => {
    const { client, admin } = await session;
    try {
      await withinTime(clock, DISCONNECT_TIMEOUT_MS, admin.disconnect());
    } finally {
      client.destroy();
    }
  };

  /** One try, in a session that is given up when it fails. */
  const attempt = async <T>(ask: (admin: Admin) => Promise<T>): Promise<T> => {
    const current = (shared ??= { session: connect(), users: 0, isDiscarded: false });
    current.users += 1;
    try {
      const answer = current.session.then(({ admin }) => ask(admin));
      return await withinTime(clock, ATTEMPT_TIMEOUT_MS, answer);
    } catch (error) {
      current.isDiscarded = true;
      if (shared === current) shared = undefined;
      throw error;
    } finally {
      current.users -= 1;
      if (current.isDiscarded && current.users === 0) end(current).catch(() => {}); // it is of no use any more
    }
  };

  const persist = async <T>(what: string, ask: (admin: Admin) => Promise<T>): Promise<T> => {
    const startedAt = clock.monotonic();
    for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(delayMs * 2, MAX_RETRY_MS)) {
      if (closing.signal.aborted)
        throw new KafkaError('unavailable', `${what}: given up, because of closing.`);
      try {
        return await attempt(ask);
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
        const offsets = new Map(
          (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => [
            partition,
            { earliest: BigInt(low), latest: BigInt(high) },
          ]),
        );
        return new Map(partitions.map((partition) => [partition, known(offsets, partition)]));
      });
    },
    close: async () => {
      closing.abort();
      const last = shared;
      shared = undefined;
      if (last !== undefined) await end(last).catch(() => {}); // nothing is left to be lost
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
