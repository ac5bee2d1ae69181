import type { Clock, PartitionOffsets, Source, SourceListener } from '@client-tickets/micro-batch';
import { onAppend } from './append-signal.ts';
import { EmbeddedLogError } from './errors.ts';
import { findOffsetAt } from './find-offset-at.ts';
import { logLayout, readTopic, type Topic } from './log-layout.ts';
import { readBounds } from './partition-bounds.ts';
import { createPartitionReader, type PartitionReader } from './partition-reader.ts';
import { joinReaderGroup, type Membership } from './reader-group.ts';

export interface EmbeddedSourceOptions {
  /** The folder of all topics, as the writer has it. */
  readonly directory: string;
  readonly topic: string;
  readonly clock: Clock;
  /** Readers of one group in this process share the partitions. Default: `default`. */
  readonly groupId?: string;
  /** How much is read of a partition at a time, in bytes; a larger record comes alone. Default: 256 KiB. */
  readonly maxChunkBytes?: number;
  /**
   * How often to look for records that another process has appended, in milliseconds. Those of a writer in this
   * process are noticed at once. Default: 50.
   */
  readonly pollMs?: number;
}

/** Where delivery of a partition stands. `seek` puts a new one in its place, so a late read can tell. */
interface Delivery {
  offset: bigint;
  isPaused: boolean;
}

const TOPIC_CHECK_MS = 1_000;
const MISPLACED_AGAIN_MS = 1_000;

/** A position that the log did not hold, and when the engine was told. */
interface Misplaced {
  readonly partition: number;
  readonly offset: bigint;
  readonly toldAt: number;
}

/**
 * A `Source` that reads an embedded log while it is being written, in this process or another one. It sees only
 * acknowledged records.
 *
 * When a position is no longer in the log (hidden by `truncateBefore`, or the log was replaced by a shorter one), and when
 * the log has another id, the assignment is announced again, so that the engine compares and decides. A position that stays where it
 * is, is announced again every second.
 */
export function createEmbeddedSource({
  directory,
  topic,
  clock,
  groupId = 'default',
  maxChunkBytes = 256 * 1024,
  pollMs = 50,
}: EmbeddedSourceOptions): Source {
  const layout = logLayout(directory, topic);
  const readers = new Map<number, PartitionReader>();
  let deliveries = new Map<number, Delivery>();
  let membership: Membership | undefined;
  let heard: SourceListener | undefined;
  let logId: string | undefined;
  let running: Promise<void> | undefined;
  const stopping = new AbortController();
  let misplaced: Misplaced | undefined;
  let isWorkDue = false;
  let interruptIdling = (): void => {};

  const wake = (): void => {
    isWorkDue = true;
    interruptIdling();
  };

  const idle = async (): Promise<void> => {
    if (isWorkDue) return;
    const interrupt = new AbortController();
    interruptIdling = () => interrupt.abort();
    await clock.sleep(pollMs, interrupt.signal);
  };

  const findTopic = async (): Promise<Topic> => {
    const found = await readTopic(layout);
    if (found !== undefined) return found;
    throw new EmbeddedLogError(
      'no-such-topic',
      `There is no log of topic ${topic} in ${directory}. Start its writer first; it creates the log.`,
    );
  };

  const readerOf = (partition: number): PartitionReader => {
    const reader = readers.get(partition) ?? createPartitionReader(layout, partition);
    readers.set(partition, reader);
    return reader;
  };

  const announce = (listener: SourceListener, partitions: readonly number[]): void => {
    deliveries = new Map();
    listener.onAssignment(partitions);
  };

  /** Whether it is another log than before, of which nothing is known then. */
  const noticeLog = ({ id }: Topic): boolean => {
    const isAnother = logId !== undefined && id !== undefined && id !== logId;
    logId = id ?? logId;
    if (!isAnother) return false;
    readers.clear();
    if (heard !== undefined && !stopping.signal.aborted) announce(heard, membership?.owned() ?? []);
    return true;
  };

  const wasJustTold = (partition: number, offset: bigint): boolean =>
    misplaced?.partition === partition &&
    misplaced.offset === offset &&
    clock.monotonic() - misplaced.toldAt < MISPLACED_AGAIN_MS;

  /** One read of each partition that is to be delivered. Returns whether it brought anything. */
  const deliverOnce = async (listener: SourceListener): Promise<boolean> => {
    let isAnythingNew = false;
    for (const [partition, delivery] of deliveries) {
      if (delivery.isPaused) continue;
      const startOffset = delivery.offset;
      const read = await readerOf(partition).read(startOffset, maxChunkBytes);
      if (stopping.signal.aborted) return false;
      if (deliveries.get(partition) !== delivery || read.kind === 'nothing-new') continue;
      if (read.kind === 'out-of-range') {
        if (wasJustTold(partition, startOffset)) continue;
        misplaced = { partition, offset: startOffset, toldAt: clock.monotonic() };
        announce(listener, membership?.owned() ?? []);
        return true;
      }
      isAnythingNew = true;
      delivery.offset = read.endOffset;
      listener.onChunk({ partition, startOffset, ...read });
    }
    return isAnythingNew;
  };

  const run = async (listener: SourceListener): Promise<void> => {
    let nextTopicCheck = clock.monotonic();
    while (!stopping.signal.aborted) {
      if (clock.monotonic() >= nextTopicCheck) {
        const found = await findTopic();
        if (stopping.signal.aborted) return;
        membership?.setPartitionCount(found.partitions);
        noticeLog(found);
        nextTopicCheck = clock.monotonic() + TOPIC_CHECK_MS;
      }
      isWorkDue = false;
      try {
        if (!(await deliverOnce(listener))) await idle();
      } catch (error) {
        // It may have been looked for where the log before this one had it.
        if (!noticeLog(await findTopic())) throw error;
      }
    }
  };

  return {
    topic,
    description: `embedded log ${layout.folder}`,
    async start(listener) {
      noticeLog(await findTopic());
      heard = listener;
      membership = joinReaderGroup(layout, {
        groupId,
        onAssigned: (partitions) => announce(listener, partitions),
      });
      const endSignals = onAppend(layout.folder, wake);
      running = run(listener)
        .catch((error: unknown) => {
          if (!stopping.signal.aborted)
            listener.onError(error instanceof Error ? error : new Error(String(error)));
        })
        .finally(() => {
          endSignals();
          membership?.leave();
        });
    },
    async listPartitions() {
      return Array.from({ length: (await findTopic()).partitions }, (_, partition) => partition);
    },
    async fetchOffsets(partitions) {
      const offsets = new Map<number, PartitionOffsets>();
      const found = await findTopic();
      noticeLog(found);
      for (const partition of partitions) {
        const { earliest, latest } = await readBounds(layout.bounds(partition));
        offsets.set(partition, { earliest, latest, logId: found.id });
      }
      return offsets;
    },
    async fetchOffsetsAt(timestamp, partitions) {
      noticeLog(await findTopic());
      const found = new Map<number, bigint>();
      for (const partition of partitions) {
        const offset = await findOffsetAt(layout, partition, timestamp);
        if (offset !== undefined) found.set(partition, offset);
      }
      return found;
    },
    seek(partition, offset) {
      if (membership?.owned().includes(partition) !== true) return;
      deliveries.set(partition, { offset, isPaused: false });
      wake();
    },
    pause(partition) {
      const delivery = deliveries.get(partition);
      if (delivery !== undefined) delivery.isPaused = true;
    },
    resume(partition) {
      const delivery = deliveries.get(partition);
      if (delivery !== undefined) delivery.isPaused = false;
      wake();
    },
    async commitOffsets(offsets) {
      await membership?.commit(offsets);
    },
    async stop() {
      stopping.abort();
      membership?.leave();
      wake();
      await running;
    },
  };
}
