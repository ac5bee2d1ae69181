import { PartitionBuffer, type TakenRecords } from '../buffer/partition-buffer.ts';
import { markOf, type RecordMark } from '../checkpoint/record-mark.ts';
import { logOf } from '../ports/log-position.ts';
import type { OffsetRange } from '../ports/offset-range.ts';
import type { PartitionOffsets, RecordChunk } from '../ports/source.ts';
import { LogContinuity } from './log-continuity.ts';

/** Where reading begins. */
export interface ReadingStart {
  readonly position: bigint;
  /** The last record before it; `null`: none is known. */
  readonly lastRecord: RecordMark | null;
  readonly logId: string | null;
}

/**
 * Reads one partition: what was delivered and not taken yet, in order, and whether it comes from the log that was read before.
 * Records are taken once and are gone from here; to have them again, reading begins again (`restart`).
 */
export class PartitionReader {
  readonly buffer: PartitionBuffer;
  readonly #seek: (position: bigint) => void;
  #continuity: LogContinuity;
  /** The last record that was taken, or that lies before where reading began. */
  #lastTaken: RecordMark | null;

  constructor(start: ReadingStart, seek: (position: bigint) => void) {
    this.buffer = new PartitionBuffer(start.position);
    this.#seek = seek;
    this.#lastTaken = start.lastRecord;
    this.#continuity = new LogContinuity(start.logId ?? undefined);
  }

  /** Whether the log is known to be the one that was read before. */
  get isSure(): boolean {
    return this.#continuity.isSure;
  }

  /** Whether the log holds other records than those that were read before. */
  get isBroken(): boolean {
    return this.#continuity.isBroken;
  }

  /** Whether the last record that was read must come again first, to be compared. */
  get isComparing(): boolean {
    return this.#continuity.mark !== undefined;
  }

  get logId(): string | undefined {
    return this.#continuity.logId;
  }

  /**
   * Has records delivered that follow what was read, beginning with the last one of it, which is compared. `isFirst`: nothing was
   * ever read, so any log is the right one. `isDoubted`: the log was found replaced before.
   */
  seek({ isFirst, isDoubted }: { readonly isFirst: boolean; readonly isDoubted: boolean }): void {
    const { lastRecord, endOffset } = this.buffer;
    if (isFirst) this.#continuity = new LogContinuity(undefined);
    const mark = lastRecord === undefined ? this.#lastTaken : markOf(lastRecord);
    this.#continuity.begin(mark ?? undefined, isDoubted);
    this.#seek(this.#continuity.mark?.offset ?? endOffset);
  }

  /** Takes a chunk that continues what was read. Whether there is something new: records, or about the log. */
  accept(chunk: RecordChunk): boolean {
    const { mark, isSure } = this.#continuity;
    if (mark === undefined) return isSure && this.buffer.accept(chunk);
    if (chunk.startOffset !== mark.offset) return false;
    this.#continuity.compare(chunk);
    if (!this.#continuity.isSure) return true;
    const { endOffset } = this.buffer;
    if (chunk.endOffset < endOffset) this.#seek(endOffset);
    this.buffer.accept(chunk, endOffset);
    return true;
  }

  /**
   * Takes note of where the log begins and ends now, and of its id. `doubtful`: it has another id, so what was delivered may
   * come from either log; or it ends before what was delivered, so the record to compare it with may never come.
   */
  inspect(log: PartitionOffsets): 'doubtful' | undefined {
    const next = this.#continuity.inspect(log);
    if (next === 'continue') this.#seek(this.buffer.endOffset);
    const { mark } = this.#continuity;
    const isBeyond = mark !== undefined && mark.offset >= log.latest && this.buffer.lastRecord !== undefined;
    return next === 'compare' || isBeyond ? 'doubtful' : undefined;
  }

  /** The records up to `endOffset`, which must be buffered; they are gone from the buffer then. */
  take(endOffset: bigint): TakenRecords & { readonly lastRecord: RecordMark | null } {
    const taken = this.buffer.take(endOffset);
    const last = taken.records.last();
    const lastRecord = last === undefined ? null : markOf(last);
    this.#lastTaken = lastRecord ?? this.#lastTaken;
    return { ...taken, lastRecord };
  }

  /**
   * Steps over positions that no record will come for. `lastCounted`: if it lies there, the log is known by it from now on, also
   * where nothing before was read. Whether records must be delivered from another position now.
   */
  skip(lost: OffsetRange, lastCounted: RecordMark | null): boolean {
    const { endOffset } = this.buffer;
    const isLost = lastCounted !== null && contains(lost, lastCounted.offset);
    if (isLost && (this.#lastTaken === null || this.#lastTaken.offset < lastCounted.offset))
      this.#lastTaken = lastCounted;
    this.buffer.skip(lost);
    return this.buffer.endOffset !== endOffset;
  }

  /** Lets go of everything before a position. Whether records must be delivered from another position now. */
  moveTo({ position, lastRecord, logId }: ReadingStart): boolean {
    const { startOffset, endOffset } = this.buffer;
    if (logOf(position) !== logOf(startOffset)) this.#continuity = new LogContinuity(logId ?? undefined);
    this.#lastTaken = lastRecord;
    this.buffer.discardBefore(position);
    return this.buffer.endOffset !== endOffset;
  }

  /** Forgets what was read and begins at a position. `seek` has to follow. */
  restart(start: ReadingStart): void {
    if (logOf(start.position) !== logOf(this.buffer.startOffset))
      this.#continuity = new LogContinuity(start.logId ?? undefined);
    this.#lastTaken = start.lastRecord;
    this.buffer.reset(start.position);
  }
}

function contains({ startOffset, endOffset }: OffsetRange, offset: bigint): boolean {
  return startOffset <= offset && offset < endOffset;
}
