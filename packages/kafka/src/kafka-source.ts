import { setMaxListeners } from 'node:events';
import { BufferPool, type Source, type SourceListener } from '@client-tickets/micro-batch';
import type { TopicClientOptions } from './kafka-connection.ts';
import { KafkaError } from './kafka-error.ts';
import { DEFAULT_MAX_BATCH_BYTES } from './codecs.ts';
import { FetchSizes } from './fetch-sizes.ts';
import { createGroupOwners } from './group-owners.ts';
import { createOffsetReader } from './kafka-offsets.ts';
import { superviseMember, type SupervisedMember } from './supervised-member.ts';
import { PartitionDelivery } from './partition-delivery.ts';
import { readChunks, type FetchedBatch, type OffsetLie } from './record-chunk.ts';

export interface KafkaSourceOptions extends TopicClientOptions {
  readonly groupId: string;
  /**
   * How long the group waits for a sign of life before it gives our partitions away. Heartbeats do not depend on how long
   * batches take, so this may be short: it is also how long a killed consumer's partitions stand still. Default: 15 s.
   */
  readonly sessionTimeoutMs?: number;
  /** Default: 3 s, or a third of the session timeout if that is less. */
  readonly heartbeatIntervalMs?: number;
  /** How long a rebalance waits for members to join again. Default: 30 s. */
  readonly rebalanceTimeoutMs?: number;
  /** The most that one fetch brings of a partition, as stored; less where it decompresses to twice as much. Default: 512 KiB. */
  readonly maxFetchBytesPerPartition?: number;
  /** The most that one record batch may take in memory once it is decompressed. Default: 32 MiB. */
  readonly maxBatchBytes?: number;
  /**
   * What becomes of a record batch that can't be read: more than `maxBatchBytes`, damaged, offsets that can't be right.
   * `stop`: the source gives up, naming it. `dead-letter`: one record with a `problem` takes the place of all of its.
   * Default: `stop`.
   */
  readonly unreadableBatches?: 'stop' | 'dead-letter';
  /** The most that one fetch brings from a broker. Default: 10 MiB. */
  readonly maxFetchBytes?: number;
  /**
   * How long a broker holds a fetch while there is nothing new. New records end the wait, so they are not delayed by it;
   * it is how late a seek, a resume or a rebalance may be noticed. Default: 200 ms.
   */
  readonly maxFetchWaitMs?: number;
  /** How soon partitions that are added to the topic are noticed. Default: 60 s. */
  readonly metadataMaxAgeMs?: number;
  /**
   * A consumer that shows no life for so long, or brings nothing of a partition with a backlog, is replaced. Should exceed
   * the rebalance timeout. Default: four session timeouts, or two rebalance timeouts if that is more.
   */
  readonly stuckAfterMs?: number;
  /** For one `fetchOffsets` or `listPartitions` with all its retries. Default: 30 s. */
  readonly offsetsTimeoutMs?: number;
  /** For leaving the group in order; then connections are cut. Default: 5 s. */
  readonly stopTimeoutMs?: number;
}

/** Who has which partition can be asked of Kafka always. */
export type KafkaSource = Source & Required<Pick<Source, 'fetchOwners'>>;

const MISPLACED_RETRY_MS = 1_000;
/** Memory of chunks that waits to be used again. All partitions give theirs back at about the same time, in sizes that differ. */
const SPARE_BYTES = 16 * 1024 * 1024;

/**
 * A topic, read as a member of a consumer group, read committed. Starts and positions of the group are never used: the
 * engine says where each partition begins, after every assignment.
 *
 * A consumer that crashed, was fenced or got stuck is replaced, for as long as that can help; the listener sees a new
 * assignment. `onError` gets a `KafkaError`: `topic_missing` or `refused` (authentication, authorization, TLS) when they
 * were seen four times in a row, `failed` for unexplained errors after eight times, and `unreadable_batch` at once.
 */
export function createKafkaSource(options: KafkaSourceOptions): KafkaSource {
  const { connection, topic, groupId, logger, clock, sessionTimeoutMs = 15_000 } = options;
  const { rebalanceTimeoutMs = 30_000 } = options;
  const delivery = new PartitionDelivery();
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // each partition may wait for it
  const offsetReader = createOffsetReader({
    connection,
    topic,
    logger,
    clock,
    timeoutMs: options.offsetsTimeoutMs ?? 30_000,
  });
  const fetchSizes = new FetchSizes(options.maxFetchBytesPerPartition ?? 512 * 1024);
  const groupOwners = createGroupOwners(options);
  let owners: ReadonlyMap<number, string> = new Map();
  let member: SupervisedMember | undefined;
  let listener: SourceListener | undefined;
  const logIds = new Set<string>();
  let isOver = false;

  const chunkOptions = {
    maxBatchBytes: options.maxBatchBytes ?? DEFAULT_MAX_BATCH_BYTES,
    unreadableBatches: options.unreadableBatches ?? 'stop',
    pool: new BufferPool(SPARE_BYTES),
    onLie: warnOfLie,
  };

  function join(listener: SourceListener): SupervisedMember {
    return superviseMember({
      connection,
      topic,
      groupId,
      logger,
      clock,
      settings: {
        sessionTimeoutMs,
        heartbeatIntervalMs: options.heartbeatIntervalMs ?? Math.min(3_000, Math.floor(sessionTimeoutMs / 3)),
        rebalanceTimeoutMs,
        fetchBytes: (partition) => fetchSizes.of(partition),
        maxFetchBytes: options.maxFetchBytes ?? 10 * 1024 * 1024,
        maxFetchWaitMs: options.maxFetchWaitMs ?? 200,
        metadataMaxAgeMs: options.metadataMaxAgeMs ?? 60_000,
      },
      stuckAfterMs: options.stuckAfterMs ?? Math.max(4 * sessionTimeoutMs, 2 * rebalanceTimeoutMs),
      stopTimeoutMs: options.stopTimeoutMs ?? 5_000,
      on: {
        assigned: (partitions) => {
          if (isOver) return;
          delivery.assign(partitions);
          logger.info({ topic, groupId, partitions }, 'partitions assigned');
          listener.onAssignment(partitions);
        },
        batch: (batch) => pass(batch, listener),
        gaveUp: (error) => listener.onError(error),
      },
    });
  }

  /** Never rejects: kafkajs would take that for a failure of its own. */
  async function pass(batch: FetchedBatch, listener: SourceListener): Promise<void> {
    const { partition, fetchedOffset } = batch;
    const position = delivery.position(partition);
    if (position === undefined) return;
    if (fetchedOffset !== position) {
      misplaced(partition, fetchedOffset, position, listener);
      return;
    }
    try {
      let decompressedBytes = 0;
      for await (const chunk of readChunks(batch, chunkOptions)) {
        // Others may have sought or lost the partition while the chunk was decompressed: then all the rest is late.
        if (!delivery.accept(partition, chunk.startOffset, chunk.endOffset)) return;
        member?.progressed(partition);
        decompressedBytes += chunk.bytes;
        listener.onChunk(chunk);
      }
      fetchSizes.learn(partition, batch.recordBatches, decompressedBytes);
    } catch (error) {
      giveUp(error, listener);
    }
  }

  function giveUp(error: unknown, listener: SourceListener): void {
    if (isOver || stopping.signal.aborted) return;
    isOver = true;
    delivery.assign([]);
    listener.onError(error instanceof Error ? error : new Error(String(error)));
  }

  /**
   * Once: it was under way during a seek. Again: the log does not hold the position, and kafkajs went elsewhere. It may be
   * another log by now, so the engine is told of an assignment and compares; once a second is enough.
   */
  function misplaced(
    partition: number,
    fetchedOffset: bigint,
    position: bigint,
    listener: SourceListener,
  ): void {
    const misses = delivery.missed(partition);
    logger.debug(
      { topic, partition, fetchedOffset, position, misses },
      'dropped what was not read at the position',
    );
    if (misses === 1) member?.seek(partition, position);
    else assignAgain(partition, position, listener).catch(() => {}); // never rejects: `sleep` does not
  }

  async function assignAgain(partition: number, position: bigint, listener: SourceListener): Promise<void> {
    member?.pause(partition);
    await clock.sleep(MISPLACED_RETRY_MS, stopping.signal);
    if (stopping.signal.aborted || isOver || delivery.position(partition) !== position) return;
    logger.warn({ topic, partition, position }, 'the log does not hold the position; comparing it again');
    announceAgain(listener);
  }

  /** What was read may be of another log than what comes: the engine compares. */
  function announceAgain(listener: SourceListener): void {
    const { partitions } = delivery;
    for (const each of partitions) member?.pause(each);
    delivery.assign(partitions);
    listener.onAssignment(partitions);
  }

  /** Each id is news once: brokers may disagree for a moment after a topic was made again. */
  function noticeLog(logId: string | undefined): void {
    if (logId === undefined || logIds.has(logId)) return;
    const isFirst = logIds.size === 0;
    logIds.add(logId);
    if (isFirst || listener === undefined || isOver || stopping.signal.aborted) return;
    logger.warn({ topic, logId }, 'the topic has another id: it was made again, or another cluster answers');
    announceAgain(listener);
  }

  function warnOfLie({ record, ...place }: OffsetLie): void {
    logger.warn(
      { ...place, record },
      'the records of a batch say other offsets than they have; going by their order, of which the broker is the judge',
    );
  }

  return {
    topic,
    description: `KafkaV2[Subscribe[${topic}]]`,
    start: async (heard) => {
      listener = heard;
      member = join(heard);
    },
    listPartitions: () => offsetReader.partitions(),
    fetchOffsets: async (partitions) => {
      const watermarks = await offsetReader.watermarks(partitions);
      for (const { logId } of watermarks.values()) noticeLog(logId);
      for (const [partition, offsets] of watermarks) {
        const position = delivery.position(partition);
        if (position !== undefined && !delivery.isPaused(partition))
          member?.known(partition, position, offsets);
      }
      return watermarks;
    },
    fetchOffsetsAt: (timestamp, partitions) => offsetReader.offsetsAt(timestamp, partitions),
    seek: (partition, offset) => {
      if (!delivery.seek(partition, offset)) return;
      member?.seek(partition, offset);
      member?.resume(partition);
    },
    pause: (partition) => {
      if (delivery.setPaused(partition, true)) member?.pause(partition);
    },
    resume: (partition) => {
      if (delivery.setPaused(partition, false)) member?.resume(partition);
    },
    commitOffsets: async (offsets) => {
      // Brokers check the generation, not who owns what: an offset of a lost partition would move its new owner's.
      const lost = [...offsets.keys()].filter((partition) => !delivery.owns(partition));
      if (lost.length > 0 || member === undefined) {
        throw new KafkaError(
          'group_moved_on',
          `Not committed: ${topic}, partition ${lost.join(', ')}, is not ours now.`,
        );
      }
      await member.commit(offsets);
    },
    fetchOwners: async () => {
      // A caller that reports how it ended may ask once more.
      if (!stopping.signal.aborted) owners = await groupOwners.read();
      return owners;
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([member?.stop(), offsetReader.close(), groupOwners.close()]);
    },
  };
}
