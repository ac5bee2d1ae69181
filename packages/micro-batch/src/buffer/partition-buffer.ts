import type { OffsetRange } from '../ports/offset-range.ts';
import type { SourceRecord } from '../ports/source-record.ts';
import type { RecordChunk } from '../ports/source.ts';
import { RecordBlock } from '../ports/record-block.ts';
import { RecordList, type RecordPiece } from '../ports/record-list.ts';
import { ChunkMemory } from './chunk-memory.ts';

/** Records that were taken out of the buffer. */
export interface TakenRecords {
  readonly records: RecordList;
  /** Call it once, after the last read: the source may then overwrite their memory. */
  readonly release: () => void;
}

interface BufferedChunk extends OffsetRange {
  readonly records: RecordBlock;
  readonly bytes: number;
  readonly memory: ChunkMemory;
}

/**
 * The records of one partition that were read but not yet committed, in order, without a hole in what was read.
 *
 * ```
 *   startOffset               verifiedEnd             endOffset
 *        │   chunk │ chunk │ chunk │  jump  │ chunk │ chunk │   ◄── next chunk must start here
 * ```
 *
 * A *jump* is a chunk whose first record lies after the position that was asked for. Either these offsets never will have
 * records (compaction, transaction markers), or retention removed them before they were read: only the log's
 * start, asked for after the chunk came, can tell. Batches end before a jump until `settleJumps` has been told it.
 */
export class PartitionBuffer {
  /** A chunk may hold records before its `startOffset`, which the one before it has as well. */
  #chunks: BufferedChunk[] = [];
  #startOffset: bigint;
  #endOffset: bigint;
  #bytes = 0;
  #jumps: OffsetRange[] = [];

  constructor(position: bigint) {
    this.#startOffset = position;
    this.#endOffset = position;
  }

  get startOffset(): bigint {
    return this.#startOffset;
  }

  get endOffset(): bigint {
    return this.#endOffset;
  }

  /** Memory that the buffered chunks hold on to. */
  get bytes(): number {
    return this.#bytes;
  }

  get verifiedEnd(): bigint {
    return this.#jumps[0]?.startOffset ?? this.#endOffset;
  }

  /** Jumps that are not explained yet. The list that was returned does not change when more come. */
  get jumps(): readonly OffsetRange[] {
    return this.#jumps;
  }

  /**
   * How far a batch of about `bytes` reaches that begins at `from`: to the end of a chunk, of one at least, never past
   * `verifiedEnd`.
   */
  endWithin(bytes: number, from = this.#startOffset): bigint {
    let end = from;
    let sum = 0;
    for (const chunk of this.#chunks) {
      if (chunk.endOffset <= from) continue;
      sum += chunk.bytes;
      if (sum > bytes && end > from) break;
      end = chunk.endOffset;
    }
    return end < this.verifiedEnd ? end : this.verifiedEnd;
  }

  /**
   * Takes the chunk from `startOffset` on, if that continues what is buffered; `false`: it does not (late, or of another
   * position).
   */
  accept(chunk: RecordChunk, startOffset = chunk.startOffset): boolean {
    const { records, endOffset } = chunk;
    if (startOffset !== this.#endOffset || endOffset <= startOffset) return false;
    const index = startOffset === chunk.startOffset ? 0 : records.countBefore(startOffset);
    const firstOffset = index < records.length ? records.offsetAt(index) : endOffset;
    if (firstOffset > startOffset) {
      this.#jumps = [...this.#jumps, { startOffset, endOffset: firstOffset }];
    }
    const { bytes, recycle } = chunk;
    this.#chunks.push({ startOffset, endOffset, records, bytes, memory: new ChunkMemory(recycle) });
    this.#endOffset = endOffset;
    this.#bytes += bytes;
    return true;
  }

  /** The last record that is buffered. */
  get lastRecord(): SourceRecord | undefined {
    const records = this.#chunks.findLast((chunk) => chunk.records.length > 0)?.records;
    return records?.at(records.length - 1);
  }

  /** The record at an offset, if it is buffered. */
  recordAt(offset: bigint): SourceRecord | undefined {
    const block = this.#chunks.find((chunk) => chunk.endOffset > offset)?.records;
    const index = block?.countBefore(offset) ?? 0;
    const record = block !== undefined && index < block.length ? block.at(index) : undefined;
    return record?.offset === offset ? record : undefined;
  }

  /** When the first record was produced that is buffered and does not lie before `offset`. */
  timestampFrom(offset: bigint): number | undefined {
    for (const { records } of this.#chunks) {
      const index = records.countBefore(offset);
      if (index < records.length) return records.timestampAt(index);
    }
    return undefined;
  }

  /** Forgets these jumps: the log still starts at or before them, so nothing was lost there. */
  settleJumps(settled: readonly OffsetRange[]): void {
    this.#jumps = this.#jumps.filter((jump) => !settled.includes(jump));
  }

  /** Takes note that these offsets will never come: jumps there are explained, and the next chunk starts after them. */
  skip(lost: OffsetRange): void {
    const { startOffset, endOffset } = lost;
    this.#jumps = this.#jumps
      .flatMap((jump) => [
        { ...jump, endOffset: jump.endOffset < startOffset ? jump.endOffset : startOffset },
        { ...jump, startOffset: jump.startOffset > endOffset ? jump.startOffset : endOffset },
      ])
      .filter((jump) => jump.startOffset < jump.endOffset);
    if (startOffset > this.#endOffset || endOffset <= this.#endOffset) return;
    this.#chunks.push({
      startOffset: this.#endOffset,
      endOffset,
      records: RecordBlock.of([]),
      bytes: 0,
      memory: new ChunkMemory(undefined),
    });
    this.#endOffset = endOffset;
  }

  /** All records of a range, which must lie within the buffer. */
  records({ startOffset, endOffset }: OffsetRange): RecordList {
    const pieces: RecordPiece[] = [];
    for (const { records: block, startOffset: chunkStart, endOffset: chunkEnd } of this.#chunks) {
      if (chunkEnd <= startOffset) continue;
      pieces.push({
        block,
        from: block.countBefore(startOffset > chunkStart ? startOffset : chunkStart),
        to: chunkEnd <= endOffset ? block.length : block.countBefore(endOffset),
      });
      if (chunkEnd >= endOffset) break;
    }
    return new RecordList(pieces);
  }

  /** The records up to `endOffset`, which must be buffered; they are gone from here then. */
  take(endOffset: bigint): TakenRecords {
    const records = this.records({ startOffset: this.#startOffset, endOffset });
    const memories = this.#chunks
      .filter((chunk) => chunk.startOffset < endOffset)
      .map(({ memory }) => memory);
    for (const memory of memories) memory.retain();
    this.discardBefore(endOffset);
    const release = (): void => {
      for (const memory of memories) memory.release();
    };
    return { records, release };
  }

  /** Lets go of everything before `offset`. When `offset` is not within the buffer, it is empty then and starts there. */
  discardBefore(offset: bigint): void {
    if (offset >= this.#endOffset || offset < this.#startOffset) {
      this.reset(offset);
      return;
    }
    while (this.#chunks[0] !== undefined && this.#chunks[0].endOffset <= offset) {
      const chunk = this.#chunks.shift();
      this.#bytes -= chunk?.bytes ?? 0;
      chunk?.memory.release();
    }
    this.#startOffset = offset;
    this.#jumps = this.#jumps
      .filter((jump) => jump.endOffset > offset)
      .map((jump) => (jump.startOffset < offset ? { ...jump, startOffset: offset } : jump));
  }

  /** Empties the buffer and moves it to another position. */
  reset(position: bigint): void {
    for (const { memory } of this.#chunks) memory.release();
    this.#chunks = [];
    this.#startOffset = position;
    this.#endOffset = position;
    this.#bytes = 0;
    this.#jumps = [];
  }
}
