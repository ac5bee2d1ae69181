import {
  type BufferPool,
  RecordBlock,
  RecordBlockBuilder,
  type RecordChunk,
  type SourceRecord,
} from '@client-tickets/micro-batch';
import type { KafkaMessage, RecordBatch } from 'kafkajs';
import { DECOMPRESSORS } from './codecs.ts';
import { Lz4Frame } from './lz4/lz4-frame.ts';
import { readRecordBatch } from './record-batch-reader.ts';
import { BatchDamage, BatchTooLarge, unreadableBatch, type BatchPlace } from './unreadable-batch.ts';

/** What one fetch brought of a partition: what is left of `[fetchedOffset, endOffset)` once filtered. */
export interface FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly fetchedOffset: bigint;
  readonly endOffset: bigint;
  /** The first may begin before `fetchedOffset`. */
  readonly recordBatches: readonly RecordBatch[];
}

export interface ChunkOptions {
  /** The most bytes that one record batch may decompress to. */
  readonly maxBatchBytes: number;
  /** What becomes of a record batch that can't be read: an error, or one record that says so in place of all of its. */
  readonly unreadableBatches: 'stop' | 'dead-letter';
  /** Where chunks take their memory from, and give it back when they are recycled. */
  readonly pool: BufferPool;
  /** Told of a batch whose offsets are known although its records say something else. */
  readonly onLie: (lie: OffsetLie) => void;
}

/** A record whose offset in the batch is not what it says. */
export interface OffsetLie extends BatchPlace {
  /** In the batch, from 0 on. */
  readonly record: number;
}

/** A chunk ends with the record batch that brings it to so many bytes: larger ones would not bound memory. */
const CHUNK_BYTES = 1024 * 1024;
/** So does one that was decompressed by itself, and is of so many: alone, its records can stay where they are. */
const LARGE_BYTES = CHUNK_BYTES / 2;

/**
 * Chunks that own their memory, and note down where each record lies in it; no object is made for a record. What kafkajs
 * hands over are views on the whole response of a broker, up to `maxFetchBytes` for all partitions together: one small
 * record that waits somewhere would keep all of it. So record batches are decompressed or copied, whole, unless they are nearly
 * all that the response holds. The next chunk is begun when it is asked for.
 *
 * Offsets and sizes are a producer's and a broker's word. Throws a `KafkaError` `unreadable_batch` where they can't be right,
 * unless `unreadableBatches` says otherwise; where the order of whole batches is wrong, in any case.
 */
export async function* readChunks(fetched: FetchedBatch, options: ChunkOptions): AsyncGenerator<RecordChunk> {
  const { partition, fetchedOffset, endOffset, recordBatches } = fetched;
  checkOrder(fetched);
  const toChunk = (
    startOffset: bigint,
    end: bigint,
    { records, recycle }: Pick<RecordChunk, 'records' | 'recycle'>,
  ): RecordChunk => ({
    partition,
    startOffset,
    endOffset: end,
    records,
    bytes: records.memoryBytes,
    recycle,
  });
  if (!recordBatches.every(isStored)) {
    const records = recordBatches.flatMap((batch) => readMessages(batch.records, fetchedOffset));
    yield toChunk(fetchedOffset, endOffset, { records: RecordBlock.of(records) });
    return;
  }
  let startOffset = fetchedOffset;
  let pieces: Piece[] = [];
  let size = 0;
  for (const [index, batch] of recordBatches.entries()) {
    const piece = await decompressBatch(batch, options.maxBatchBytes);
    pieces.push(piece);
    size += sizeOf(piece);
    const next = recordBatches[index + 1];
    const isEnd = size >= CHUNK_BYTES || (piece.isUnpacked && sizeOf(piece) >= LARGE_BYTES);
    if (!isEnd || next === undefined) continue;
    const end = BigInt(next.firstOffset); // and not before it: what lies between them was filtered out
    yield toChunk(startOffset, end, packRecords(pieces, { ...fetched, fetchedOffset: startOffset }, options));
    startOffset = end;
    pieces = [];
    size = 0;
  }
  yield toChunk(
    startOffset,
    endOffset,
    packRecords(pieces, { ...fetched, fetchedOffset: startOffset }, options),
  );
}

/** Each batch lies behind the one before it, the first reaches the offset that was asked for, and none ends too late. */
function checkOrder({ topic, partition, fetchedOffset, endOffset, recordBatches }: FetchedBatch): void {
  let reached = fetchedOffset;
  for (const [index, { firstOffset, lastOffset }] of recordBatches.entries()) {
    const [first, last] = [BigInt(firstOffset), BigInt(lastOffset)];
    if ((index === 0 || first >= reached) && last >= first && last >= reached && last < endOffset) {
      reached = last + 1n;
      continue;
    }
    const expected = `expected one that ${index === 0 ? 'reaches' : 'begins at or behind'} offset ${reached}`;
    throw unreadableBatch(
      { topic, partition, firstOffset, lastOffset },
      `${expected} and ends before ${endOffset}`,
    );
  }
}

type StoredBatch = RecordBatch & { readonly storedRecords: Buffer };

const isStored = (batch: RecordBatch): batch is StoredBatch => batch.storedRecords !== undefined;

/** A record batch, and its records: their bytes, or a frame that is decompressed straight into the chunk. */
interface Piece {
  readonly batch: RecordBatch;
  readonly content: Uint8Array | Lz4Frame;
  /** Its bytes were decompressed by themselves, into memory of their own. */
  readonly isUnpacked: boolean;
  /** Why it has no content, as a clause. */
  readonly problem?: string;
}

const sizeOf = ({ content }: Piece): number => (content instanceof Lz4Frame ? content.size : content.length);

const NOTHING = new Uint8Array();

/**
 * Record batches up to this size, as stored, are decompressed on this thread. Producers that do not linger send some 3 kB, which
 * takes 10 to 20 µs here, and 40 to 80 when it is handed to another thread. Larger ones would block the event loop.
 */
const MOST_BYTES_AT_ONCE = 64 * 1024;

async function decompressBatch(batch: StoredBatch, maxBatchBytes: number): Promise<Piece> {
  const { compression = 0, storedRecords, count } = batch;
  const failed = (problem: string): Piece => ({ batch, content: NOTHING, isUnpacked: false, problem });
  const bounded = (content: Piece['content'], isUnpacked = false): Piece => {
    const piece = { batch, content, isUnpacked };
    const size = sizeOf(piece) + roomFor(piece) * RECORD_BYTES;
    return size <= maxBatchBytes ? piece : failed(new BatchTooLarge(maxBatchBytes).message);
  };
  if (compression === 0 || count === 0) return bounded(storedRecords);
  const codec = DECOMPRESSORS.get(compression);
  if (codec === undefined) return failed(`there is no codec ${compression}`);
  const { name, decompressor } = codec;
  try {
    if (name === 'lz4') return bounded(new Lz4Frame(storedRecords, maxBatchBytes));
    const isSmall = storedRecords.length <= MOST_BYTES_AT_ONCE;
    return bounded(
      isSmall
        ? decompressor.sync(storedRecords, maxBatchBytes)
        : await decompressor(storedRecords, maxBatchBytes),
      true,
    );
  } catch (error) {
    return failed(error instanceof BatchTooLarge ? error.message : damageOf(name, error));
  }
}

function damageOf(codec: string, error: unknown): string {
  return `its ${codec} is damaged (${error instanceof Error ? error.message : String(error)})`;
}

function packRecords(
  pieces: readonly Piece[],
  { topic, partition, fetchedOffset }: FetchedBatch,
  { onLie, unreadableBatches, pool }: ChunkOptions,
): Pick<RecordChunk, 'records' | 'recycle'> {
  const { bytes, starts, isFilled, recycle } = memoryFor(pieces, pool);
  const capacity = pieces.reduce((sum, each) => sum + roomFor(each), 0);
  const block = new RecordBlockBuilder({ bytes, baseOffset: fetchedOffset, capacity });
  for (const [index, piece] of pieces.entries()) {
    const { batch, problem } = piece;
    const { firstOffset, lastOffset } = batch;
    const place = { topic, partition, firstOffset, lastOffset };
    const start = starts[index] ?? 0;
    const { length } = block;
    try {
      if (problem !== undefined) throw new BatchDamage(problem);
      if (!isFilled) fill(bytes, start, piece);
      const record = readRecordBatch(batch, start, start + sizeOf(piece), block);
      if (record !== undefined) onLie({ ...place, record });
    } catch (error) {
      if (!(error instanceof BatchDamage)) throw error;
      if (unreadableBatches === 'stop') throw unreadableBatch(place, error.message);
      block.truncate(length);
      const offsetDelta = Number(BigInt(firstOffset) - fetchedOffset);
      if (offsetDelta < 0) continue; // written off when its first offset was read
      const reason = `the record batch at offsets ${firstOffset} to ${lastOffset} can't be read: ${error.message}`;
      block.addUnreadable(offsetDelta, Number(batch.maxTimestamp), reason);
    }
  }
  return { records: block.build(), recycle };
}

function fill(bytes: Uint8Array, start: number, { content }: Piece): void {
  if (!(content instanceof Lz4Frame)) {
    bytes.set(content, start);
    return;
  }
  try {
    content.decompressInto(bytes, start);
  } catch (error) {
    throw new BatchDamage(damageOf('lz4', error));
  }
}

const RECORD_BYTES = 32; // what a block notes down of each
const SMALLEST_RECORD_BYTES = 6; // length, attributes, two differences, two lengths

/** A batch may claim any number of records; there are no more than its bytes have room for, and one says if none can be read. */
function roomFor(piece: Piece): number {
  return Math.max(1, Math.min(piece.batch.count, Math.floor(sizeOf(piece) / SMALLEST_RECORD_BYTES)));
}

/** What a chunk may hold on to of a response for nothing, as a share of it. */
const MOST_WASTE = 0.25;

interface Memory {
  readonly bytes: Uint8Array;
  readonly recycle?: () => void;
}

/** One buffer for all pieces, and where each starts in it: the one that holds them already, or another one to be filled. */
function memoryFor(
  pieces: readonly Piece[],
  pool: BufferPool,
): Memory & { readonly starts: readonly number[]; readonly isFilled: boolean } {
  const size = pieces.reduce((sum, piece) => sum + sizeOf(piece), 0);
  const stored = pieces.flatMap(({ content }) => (content instanceof Lz4Frame ? [] : [content]));
  const buffer = stored[0]?.buffer;
  const share = buffer === undefined ? 0 : size / buffer.byteLength;
  if (buffer !== undefined && stored.length === pieces.length && share >= 1 - MOST_WASTE) {
    if (stored.every((content) => content.buffer === buffer))
      return {
        bytes: Buffer.from(buffer),
        starts: stored.map(({ byteOffset }) => byteOffset),
        isFilled: true,
      };
  }
  let used = 0;
  const starts = pieces.map((piece) => {
    used += sizeOf(piece);
    return used - sizeOf(piece);
  });
  return { ...takeMemory(size, pool), starts, isFilled: false };
}

/** Chunks of a backlog have about a megabyte. Smaller ones would hold on to more than they need, and larger ones are rare. */
const LEAST_POOLED_BYTES = CHUNK_BYTES / 4;
const MOST_POOLED_BYTES = 4 * CHUNK_BYTES;
/** Sizes are rounded up to it, so that what one chunk leaves is enough for most others. */
const POOLED_STEP_BYTES = CHUNK_BYTES / 8;

function takeMemory(size: number, pool: BufferPool): Memory {
  if (size < LEAST_POOLED_BYTES || size > MOST_POOLED_BYTES) return { bytes: Buffer.allocUnsafeSlow(size) };
  const bytes = pool.take(Math.ceil(size / POOLED_STEP_BYTES) * POOLED_STEP_BYTES);
  return { bytes, recycle: () => pool.give(bytes) };
}

/** Of a broker before 0.11, whose messages are no record batches. */
function readMessages(messages: readonly KafkaMessage[], from: bigint): readonly SourceRecord[] {
  return messages
    .map(({ offset, timestamp, key, value }) => ({
      offset: BigInt(offset),
      timestamp: Number(timestamp),
      key,
      value,
    }))
    .filter(({ offset }) => offset >= from);
}
