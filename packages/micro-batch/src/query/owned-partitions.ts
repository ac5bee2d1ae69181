import { PartitionQuery } from '../trigger/partition-query.ts';
import type { PartitionQueryContext } from '../trigger/partition-query-context.ts';
import { chunkIn, logOf, offsetInLog } from '../ports/log-position.ts';
import type { RecordChunk, Source } from '../ports/source.ts';
import { uploadOwner } from '../trigger/upload-owner.ts';
import type { Wakeup } from '../trigger/wakeup.ts';

/** Of what a partition may buffer: a batch that was taken leaves one to be filled ahead, and the one after it must come meanwhile. */
const RESUME_BELOW = 0.75;

/**
 * The partitions that the group has given to this consumer, each with its recovered checkpoint and its buffer.
 *
 * An assignment is heard at any time, also in the middle of a batch. Lost partitions are forgotten at once (a batch of
 * theirs that is under way may finish: the protocol makes that harmless), kept ones go on where their buffer ends, and new
 * ones are opened by `settle`, between batches. Records are accepted only after a partition's checkpoint was read.
 */
export class OwnedPartitions<State> {
  readonly #source: Source;
  readonly #wakeup: Wakeup;
  readonly #maxBufferedBytes: number;
  readonly #queries = new Map<number, PartitionQuery<State>>();
  readonly #paused = new Set<number>();
  #wanted: ReadonlySet<number> | undefined;

  constructor(options: {
    readonly source: Source;
    readonly wakeup: Wakeup;
    readonly maxBufferedBytes: number;
  }) {
    this.#source = options.source;
    this.#wakeup = options.wakeup;
    this.#maxBufferedBytes = options.maxBufferedBytes;
  }

  /** Whether the group has said anything yet. */
  get isAssigned(): boolean {
    return this.#wanted !== undefined;
  }

  /** Whether all that the group has given is open. Not so between an assignment and the next `settle`. */
  get isSettled(): boolean {
    return [...(this.#wanted ?? [])].every((partition) => this.#queries.has(partition));
  }

  /** Those that are open, ascending. */
  get queries(): readonly PartitionQuery<State>[] {
    return [...this.#queries.values()].sort((a, b) => a.partition - b.partition);
  }

  /** How many bytes one partition may buffer. */
  get bytesPerPartition(): number {
    return this.#maxBufferedBytes / Math.max(1, this.#wanted?.size ?? 1);
  }

  owns(query: PartitionQuery<State>): boolean {
    return this.#queries.get(query.partition) === query;
  }

  onAssignment(partitions: readonly number[]): void {
    this.#wanted = new Set(partitions);
    for (const [partition, query] of this.#queries) {
      if (this.#wanted.has(partition)) query.seek();
      else {
        this.#queries.delete(partition);
        query.close();
      }
    }
    this.#wakeup.notify();
  }

  onChunk(chunk: RecordChunk): void {
    const query = this.#queries.get(chunk.partition);
    if (query === undefined) return;
    if (!query.accept(chunkIn(logOf(query.buffer.endOffset), chunk))) return;
    this.#regulate(query);
    this.#wakeup.notify();
  }

  seek(partition: number, position: bigint): void {
    this.#paused.delete(partition);
    this.#source.seek(partition, offsetInLog(position));
  }

  /** Opens what was newly assigned. Rejects as the stores do; what is missing then is opened next time. */
  async settle(context: PartitionQueryContext<State>): Promise<void> {
    const missing = [...(this.#wanted ?? [])].filter((partition) => !this.#queries.has(partition));
    const opened = await Promise.all(
      missing.map(async (partition) => {
        const query = await PartitionQuery.open(context, partition);
        await context.results.abortUploads(uploadOwner(partition)); // of a consumer that was killed, or is late
        return query;
      }),
    );
    for (const query of opened.filter(({ partition }) => this.#wanted?.has(partition) === true)) {
      this.#queries.set(query.partition, query);
      query.seek();
    }
  }

  /** Stops and restarts delivery by what is buffered. Call it after records were taken. */
  regulate(): void {
    for (const query of this.#queries.values()) this.#regulate(query);
  }

  /** The record that a log is known by has to come also where the buffer is full: without it nothing may be taken out. */
  #regulate({ partition, buffer, isComparing }: PartitionQuery<State>): void {
    const isPaused = this.#paused.has(partition);
    if (!isPaused && !isComparing && buffer.bytes >= this.bytesPerPartition) {
      this.#paused.add(partition);
      this.#source.pause(partition);
    } else if (isPaused && (isComparing || buffer.bytes <= RESUME_BELOW * this.bytesPerPartition)) {
      this.#paused.delete(partition);
      this.#source.resume(partition);
    }
  }
}
