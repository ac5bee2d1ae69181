import {
  RecordBlock,
  RecordBlockBuilder,
  type RecordChunk,
  type SourceRecord,
} from '@client-tickets/micro-batch';
import type { KafkaMessage, RecordBatch } from 'kafkajs';
import { UNFOLDS } from './codecs.ts';
import { readRecordBatch } from './record-batch-reader.ts';
import { BatchDamage, UnfoldsTooFar, unreadableBatch, type BatchPlace } from './unreadable-batch.ts';

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
  /** The most bytes that one record batch may unfold to. */
  readonly maxBatchBytes: number;
  /** What becomes of a record batch that can't be read: an error, or one record that says so in place of all of its. */
  readonly unreadableBatches: 'stop' | 'dead-letter';
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

/**
 * Chunks that own their memory, and note down where each record lies in it; no object is made for a record. What kafkajs
 * hands over are views on the whole response of a broker, up to `maxFetchBytes` for all partitions together: one small
 * record that waits somewhere would keep all of it. So record batches are unfolded or copied, whole, unless they are nearly
 * all that the response holds. The next chunk is begun when it is asked for.
 *
 * Offsets and sizes are a producer's and a broker's word. Throws a `KafkaError` `unreadable_batch` where they can't be right,
 * unless `unreadableBatches` says otherwise; where the order of whole batches is wrong, in any case.
 */
export async function* readChunks(fetched: FetchedBatch, options: ChunkOptions): AsyncGenerator<RecordChunk> {
  const { partition, fetchedOffset, endOffset, recordBatches } = fetched;
  checkOrder(fetched);
  const toChunk = (startOffset: bigint, end: bigint, records: RecordBlock): RecordChunk => ({
    partition,
    startOffset,
    endOffset: end,
    records,
    bytes: records.memoryBytes,
  });
  if (!recordBatches.every(isStored)) {
    const records = recordBatches.flatMap((batch) => readMessages(batch.records, fetchedOffset));
    yield toChunk(fetchedOffset, endOffset, RecordBlock.of(records));
    return;
  }
  let startOffset = fetchedOffset;
  let pieces: Piece[] = [];
  let size = 0;
  for (const [index, batch] of recordBatches.entries()) {
    const piece = await unfoldBatch(batch, options.maxBatchBytes);
    pieces.push(piece);
    size += piece.bytes.length;
    const next = recordBatches[index + 1];
    if (size < CHUNK_BYTES || next === undefined) continue;
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

/** A record batch as it is in memory. */
interface Piece {
  readonly batch: RecordBatch;
  readonly bytes: Uint8Array;
  /** Why it has no bytes, as a clause. */
  readonly problem?: string;
}

async function unfoldBatch(batch: StoredBatch, maxBatchBytes: number): Promise<Piece> {
  const { compression = 0, storedRecords, count } = batch;
  const nothing = new Uint8Array();
  const bounded = (bytes: Uint8Array): Piece => {
    const piece = { batch, bytes };
    const size = bytes.length + roomFor(piece) * RECORD_BYTES;
    return size <= maxBatchBytes
      ? piece
      : { batch, bytes: nothing, problem: new UnfoldsTooFar(maxBatchBytes).message };
  };
  if (compression === 0 || count === 0) return bounded(storedRecords);
  const codec = UNFOLDS.get(compression);
  if (codec === undefined) return { batch, bytes: nothing, problem: `there is no codec ${compression}` };
  try {
    return bounded(await codec.unfold(storedRecords, maxBatchBytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const problem = error instanceof UnfoldsTooFar ? reason : `its ${codec.name} is damaged (${reason})`;
    return { batch, bytes: nothing, problem };
  }
}

function packRecords(
  pieces: readonly Piece[],
  { topic, partition, fetchedOffset }: FetchedBatch,
  { onLie, unreadableBatches }: ChunkOptions,
): RecordBlock {
  const { bytes, starts } = gather(pieces.map((each) => each.bytes));
  const capacity = pieces.reduce((sum, each) => sum + roomFor(each), 0);
  const block = new RecordBlockBuilder({ bytes, baseOffset: fetchedOffset, capacity });
  for (const [index, { batch, bytes: own, problem }] of pieces.entries()) {
    const { firstOffset, lastOffset } = batch;
    const place = { topic, partition, firstOffset, lastOffset };
    const start = starts[index] ?? 0;
    const { length } = block;
    try {
      if (problem !== undefined) throw new BatchDamage(problem);
      const record = readRecordBatch(batch, start, start + own.length, block);
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
  return block.build();
}

const RECORD_BYTES = 32; // what a block notes down of each
const SMALLEST_RECORD_BYTES = 6; // length, attributes, two differences, two lengths

/** A batch may claim any number of records; there are no more than its bytes have room for, and one says if none can be read. */
function roomFor({ batch, bytes }: Piece): number {
  return Math.max(1, Math.min(batch.count, Math.floor(bytes.length / SMALLEST_RECORD_BYTES)));
}

/** What a chunk may hold on to of a response for nothing, as a share of it. */
const MOST_WASTE = 0.25;

/** All pieces in one buffer, and where each starts in it: the one they are in already, or a copy. */
function gather(pieces: readonly Uint8Array[]): {
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];
} {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const [first] = pieces;
  if (first !== undefined && pieces.every(({ buffer }) => buffer === first.buffer)) {
    const { buffer } = first;
    if (size >= buffer.byteLength * (1 - MOST_WASTE))
      return { bytes: Buffer.from(buffer), starts: pieces.map(({ byteOffset }) => byteOffset) };
  }
  const bytes = Buffer.allocUnsafeSlow(size);
  let used = 0;
  const starts = pieces.map((piece) => {
    bytes.set(piece, used);
    used += piece.length;
    return used - piece.length;
  });
  return { bytes, starts };
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
