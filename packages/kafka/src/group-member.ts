import type {
  Consumer,
  ConsumerGroupJoinEvent,
  ConsumerStartBatchProcessEvent,
  EachBatchPayload,
} from 'kafkajs';
import { isGroupMove, readFailure } from './failure.ts';
import { createKafkaClient, type TopicClientOptions } from './kafka-connection.ts';
import { KafkaError } from './kafka-error.ts';
import type { FetchedBatch } from './record-chunk.ts';
import { subscribedAssigner } from './subscribed-assigner.ts';
import { withinTime } from './within-time.ts';

/** Of the group and of fetching; all are documented at `KafkaSourceOptions`. */
export interface MemberSettings {
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** Asked for each fetch. */
  readonly fetchBytes: (partition: number) => number;
  readonly maxFetchBytes: number;
  readonly maxFetchWaitMs: number;
  readonly metadataMaxAgeMs: number;
}

export interface GroupMemberOptions extends TopicClientOptions {
  readonly groupId: string;
  readonly settings: MemberSettings;
  /** All are called at once, none after `leave` was, and none may throw. The next batch waits until one was taken. */
  readonly on: {
    /** After each rebalance, also one that changes nothing. All partitions are paused. */
    assigned(partitions: readonly number[]): void;
    /** `recordBatches` is empty when all of the batch was filtered: control records, aborted transactions, compaction. */
    batch(batch: FetchedBatch): void | Promise<void>;
    /** A broker or the coordinator answered. */
    alive(): void;
    /** The consumer is dead. Called once; it must still `leave`. */
    failed(error: unknown): void;
  };
}

export interface GroupMember {
  seek(partition: number, offset: bigint): void;
  pause(partition: number): void;
  resume(partition: number): void;
  commit(offsets: ReadonlyMap<number, bigint>): Promise<void>;
  /** Leaves the group, within `timeoutMs`; then its connections are cut, whatever they still wait for. */
  leave(timeoutMs: number): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 15_000;
// Rides over the ten seconds that a cluster takes to notice a dead broker, without leaving the group.
const RETRIES = 30;
const MAX_RETRY_MS = 500;

/** One life of a kafkajs consumer, from joining the group to leaving it or crashing. It is never restarted, but replaced. */
export function joinGroup(options: GroupMemberOptions): GroupMember {
  const { connection, topic, groupId, settings, logger, clock, on } = options;
  const client = createKafkaClient({
    connection,
    logger,
    clock,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    retries: RETRIES,
    maxRetryMs: MAX_RETRY_MS,
  });
  const consumer = client.kafka.consumer({
    groupId,
    sessionTimeout: settings.sessionTimeoutMs,
    rebalanceTimeout: settings.rebalanceTimeoutMs,
    heartbeatInterval: settings.heartbeatIntervalMs,
    maxBytesPerPartition: ({ partition }) => settings.fetchBytes(partition),
    maxBytes: settings.maxFetchBytes,
    minBytes: 1,
    maxWaitTimeInMs: settings.maxFetchWaitMs,
    metadataMaxAge: settings.metadataMaxAgeMs,
    partitionAssigners: [subscribedAssigner],
    allowAutoTopicCreation: false,
    readUncommitted: false,
    // A restarted consumer would fetch unpaused from the group's offsets, on the connections that have just failed it.
    retry: { retries: RETRIES, maxRetryTime: MAX_RETRY_MS, restartOnFailure: async () => false },
  });
  let state: 'joining' | 'member' | 'failed' | 'left' = 'joining';

  const fail = (error: unknown): void => {
    if (state === 'failed' || state === 'left') return;
    state = 'failed';
    on.failed(error);
  };
  const isLive = (): boolean => state === 'joining' || state === 'member';
  const at = (partition: number): { topic: string; partitions: number[] }[] => [
    { topic, partitions: [partition] },
  ];

  /** Does nothing where there is nothing to steer: what comes next begins with an assignment. */
  const steer = (action: () => void): void => {
    if (state !== 'member') return;
    try {
      action();
    } catch (error) {
      // kafkajs has crashed and let go of its group, but has not told us yet.
      logger.debug({ groupId, error: readFailure(error).reason }, 'the consumer is about to fail');
    }
  };

  listen(consumer, topic, {
    assigned: (partitions) => {
      if (!isLive()) return;
      state = 'member';
      if (partitions.length > 0) consumer.pause([{ topic, partitions: [...partitions] }]);
      on.assigned(partitions);
    },
    filteredBatch: (batch) => {
      if (isLive()) Promise.resolve(on.batch(batch)).catch(fail);
    },
    alive: () => {
      if (isLive()) on.alive();
    },
    crashed: fail,
  });

  const running = run().catch(fail);

  async function run(): Promise<void> {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        if (isLive()) await on.batch(readBatch(batch));
      },
    });
  }

  return {
    seek: (partition, offset) => steer(() => consumer.seek({ topic, partition, offset: offset.toString() })),
    pause: (partition) => steer(() => consumer.pause(at(partition))),
    resume: (partition) => steer(() => consumer.resume(at(partition))),
    commit: async (offsets) => {
      // Before its first join has returned, and when it has crashed, kafkajs commits nothing and says that it is done.
      await running;
      if (state !== 'member')
        throw new KafkaError('group_moved_on', `Not a member of ${groupId} at the moment.`);
      try {
        await consumer.commitOffsets(
          [...offsets].map(([partition, offset]) => ({ topic, partition, offset: offset.toString() })),
        );
      } catch (error) {
        const failure = readFailure(error);
        const code = isGroupMove(failure) ? 'group_moved_on' : 'unavailable';
        throw new KafkaError(code, `Offsets were not committed to ${groupId}: ${failure.reason}`, {
          cause: error,
        });
      }
    },
    leave: async (timeoutMs) => {
      state = 'left';
      try {
        // kafkajs can't be stopped while it joins: `disconnect` would return, and it would still join.
        await withinTime(
          clock,
          timeoutMs,
          running.then(() => consumer.disconnect()),
        );
      } catch (error) {
        logger.debug(
          { groupId, error: readFailure(error).reason },
          'did not leave the group in order; its session will time out',
        );
      } finally {
        client.destroy();
      }
    },
  };
}

interface MemberEvents {
  assigned(partitions: readonly number[]): void;
  filteredBatch(batch: FetchedBatch): void;
  alive(): void;
  crashed(error: unknown): void;
}

function listen(consumer: Consumer, topic: string, on: MemberEvents): void {
  const { GROUP_JOIN, HEARTBEAT, FETCH, CRASH, START_BATCH_PROCESS } = consumer.events;
  consumer.on(GROUP_JOIN, ({ payload }: ConsumerGroupJoinEvent) => {
    const partitions = payload.memberAssignment[topic] ?? []; // no entry: no partition for us
    on.assigned([...partitions].sort((a, b) => a - b));
  });
  consumer.on(START_BATCH_PROCESS, ({ payload }: ConsumerStartBatchProcessEvent) => {
    if (payload.batchSize > 0) return; // comes as a batch
    const { partition, fetchedOffset, lastOffset } = payload;
    const endOffset = BigInt(lastOffset) + 1n;
    on.filteredBatch({
      topic,
      partition,
      fetchedOffset: BigInt(fetchedOffset),
      endOffset,
      recordBatches: [],
    });
  });
  consumer.on(HEARTBEAT, () => on.alive());
  consumer.on(FETCH, () => on.alive());
  consumer.on(CRASH, ({ payload }) => on.crashed(payload.error));
}

/** Throws a `KafkaError` when the broker's own answer says that the log is not that long. */
function readBatch(batch: EachBatchPayload['batch']): FetchedBatch {
  const { topic, partition, fetchedOffset, highWatermark, recordBatches } = batch;
  const endOffset = BigInt(batch.lastOffset()) + 1n;
  if (endOffset > BigInt(highWatermark)) {
    throw new KafkaError(
      'failed',
      `A fetch of ${topic}, partition ${partition}, at offset ${fetchedOffset} was answered with what ends at ` +
        `${endOffset - 1n}, though the log ends before ${highWatermark}`,
    );
  }
  return { topic, partition, fetchedOffset: BigInt(fetchedOffset), endOffset, recordBatches };
}
