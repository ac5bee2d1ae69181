import type { RecordBlock } from './record-block.ts';

/**
 * What one read of a partition brought: **every** record of `[startOffset, endOffset)` that the log still holds.
 * Offsets may have gaps (compaction, transaction markers), so `records` may be shorter than the range, or empty.
 */
export interface RecordChunk {
  readonly partition: number;
  /** The position that was read from: where the previous chunk ended, or where `seek` pointed. */
  readonly startOffset: bigint;
  /** The position to read from next. */
  readonly endOffset: bigint;
  readonly records: RecordBlock;
  /** Memory that the chunk holds on to, for back-pressure. */
  readonly bytes: number;
  /**
   * For sources that use memory again. Called at most once, when nothing reads the records any more. Not called of a chunk that was
   * not taken, nor where a batch of its records failed: the memory is left to the garbage collector then.
   */
  readonly recycle?: (() => void) | undefined;
}

/** Where a log begins and ends: it holds offsets of `[earliest, latest)`. */
export interface PartitionOffsets {
  readonly earliest: bigint;
  readonly latest: bigint;
  /**
   * What tells this log from any other behind the same name, as the id of a Kafka topic does; `undefined`: the source does not
   * know. Another id is not taken for another log as long as the records are the same: a cluster may have been moved.
   */
  readonly logId?: string | undefined;
}

/** What a source tells the engine. The calls return at once and never throw. */
export interface SourceListener {
  /**
   * The partitions that this consumer owns from now on, all of them, replacing what was said before. Nothing is
   * delivered for any of them until the engine calls `seek`, also for those that it owned already.
   *
   * A source that can't be certain that delivery goes on in the same log (the topic was gone, its position was not there, all
   * brokers were away) ends delivery, drops what it has read, and says it again: the engine then reads again what it has read
   * last, and compares.
   */
  onAssignment(partitions: readonly number[]): void;
  onChunk(chunk: RecordChunk): void;
  /** The source has given up for good; it delivers nothing more. */
  onError(error: Error): void;
}

/**
 * A partitioned log that is read as a member of a group. Offsets are those of the log.
 *
 * The engine never trusts delivery alone: a chunk whose `startOffset` is not the expected position is dropped, so a
 * source may deliver late chunks after a `seek` or of partitions that were lost without doing harm.
 */
export interface Source {
  readonly topic: string;
  /** For people: what is read, and from where. */
  readonly description: string;
  /** Joins the group. Resolves once joining is under way; assignments follow through the listener. */
  start(listener: SourceListener): Promise<void>;
  /** All partitions of the topic, those of other consumers too, ascending. */
  listPartitions(): Promise<readonly number[]>;
  /** Where each log begins and ends, as the brokers know it now. */
  fetchOffsets(partitions: readonly number[]): Promise<ReadonlyMap<number, PartitionOffsets>>;
  /**
   * The offset of the first record in each log whose timestamp (milliseconds since the epoch, as the log has it) is this one or
   * later. Partitions that hold none are left out.
   */
  fetchOffsetsAt(timestamp: number, partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>>;
  /** Starts delivery of an owned partition at an offset, or moves it there. Undoes `pause`. */
  seek(partition: number, offset: bigint): void;
  /** Stops delivery after the chunks that are already under way; `resume` goes on where it stopped. */
  pause(partition: number): void;
  resume(partition: number): void;
  /**
   * Tells the group how far each partition is done, so that lag can be seen from outside. Never read back. Rejects
   * when the group has moved on, which is normal.
   */
  commitOffsets(offsets: ReadonlyMap<number, bigint>): Promise<void>;
  /** For people: who has each partition, as the group says; of others' partitions as well. */
  fetchOwners?(): Promise<ReadonlyMap<number, string>>;
  /** Leaves the group; no listener call comes after it has resolved. */
  stop(): Promise<void>;
}
