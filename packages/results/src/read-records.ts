import { setImmediate } from 'node:timers/promises';
import type { MicroBatch, RecordBlock } from '@client-tickets/micro-batch';
import {
  viewOf,
  type Query,
  type RecordColumns,
  type RecordParser,
  type RecordReader,
} from '@client-tickets/records';
import { LineWriter } from './json-lines.ts';
import { toDeadLetter } from './layout/dead-letter.ts';
import type { RowFiles } from './row-files.ts';
import { UnknownFieldCounts } from './unknown-field-counts.ts';

export interface ReadingOptions {
  readonly reader: RecordReader;
  readonly parse: RecordParser<Query['record']>;
}

/** What the records of a batch are, those that became no rows: dead letters, which `problems` counts. */
export interface ReadBatch {
  readonly deadLetters: LineWriter;
  readonly problems: Record<string, number>;
  readonly unknownFields: UnknownFieldCounts;
}

/** Adds the records of a batch to `rows`, whose first offset is `baseOffset`. */
export async function readRecords(
  batch: MicroBatch,
  rows: RowFiles,
  baseOffset: bigint,
  options: ReadingOptions,
): Promise<ReadBatch> {
  const result = { deadLetters: new LineWriter(), problems: {}, unknownFields: new UnknownFieldCounts() };
  let sinceYield = 0;
  for (const { block, from, to } of batch.records.pieces) {
    if (sinceYield >= RECORDS_AT_ONCE) {
      await yieldToEventLoop();
      sinceYield = 0;
    }
    sinceYield += to - from;
    const reading = new BlockReading({ ...options, batch, block, rows, baseOffset, result });
    for (let index = from; index < to; index += 1) {
      reading.add(index);
      if (rows.hasPiece) await rows.flush();
    }
  }
  return result;
}

/** Lets others go on, such as those who store an earlier batch. */
const yieldToEventLoop = setImmediate;

/** They take a few milliseconds. At a low rate each piece has a few, and a batch that yields after each comes later. */
const RECORDS_AT_ONCE = 1_000;

/**
 * Records of a block on their way into rows. Each is a call, which the runtime compiles by itself: as part of the loop around it,
 * with all that the loop does beside it, it was compiled 17 times in the first million records instead of three.
 */
class BlockReading {
  readonly #batch: MicroBatch;
  readonly #block: RecordBlock;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #rows: RowFiles;
  readonly #columns: RecordColumns;
  readonly #reader: RecordReader;
  readonly #parse: RecordParser<Query['record']>;
  readonly #result: ReadBatch;
  /** The block's first offset, as near as a number comes to it, and how far it is from the first one of the rows. */
  readonly #blockOffset: number;
  readonly #sinceBase: number;

  constructor(
    options: ReadingOptions & {
      readonly batch: MicroBatch;
      readonly block: RecordBlock;
      readonly rows: RowFiles;
      readonly baseOffset: bigint;
      readonly result: ReadBatch;
    },
  ) {
    const { batch, block, rows, baseOffset, reader, parse, result } = options;
    this.#batch = batch;
    this.#block = block;
    this.#bytes = block.bytes;
    this.#view = viewOf(block.bytes);
    this.#rows = rows;
    this.#columns = rows.columns;
    this.#reader = reader;
    this.#parse = parse;
    this.#result = result;
    this.#blockOffset = Number(block.baseOffset);
    this.#sinceBase = Number(block.baseOffset - baseOffset);
    rows.beginBlock(block, this.#sinceBase);
  }

  /** Record `index` becomes a row or a dead letter. */
  add(index: number): void {
    const block = this.#block;
    const columns = this.#columns;
    const start = block.valueStart(index);
    const end = block.valueEnd(index);
    const isRead = start >= 0 && this.#reader.read(this.#bytes, this.#view, start, end, columns);
    if (!isRead && !this.#addParsed(index, start, end)) return;
    if (columns.unknownFields.length > 0) this.#result.unknownFields.add(columns.unknownFields);
    const delta = block.offsetDelta(index);
    const known = this.#blockOffset + delta;
    const offset = Number.isSafeInteger(known) ? known : block.offsetAt(index);
    this.#rows.addLast(this.#view, start, end, this.#sinceBase + delta, offset);
  }

  /** `false`: it is a dead letter. */
  #addParsed(index: number, start: number, end: number): boolean {
    const record = this.#block.at(index);
    const verdict =
      record.problem === undefined
        ? this.#parse(record.value)
        : { ok: false as const, reason: record.problem, problem: 'UNREADABLE' };
    if (verdict.ok) {
      this.#columns.addParsed(verdict.record, verdict.unknownFields, this.#bytes.subarray(start, end));
      return true;
    }
    const { deadLetters, problems } = this.#result;
    deadLetters.add(JSON.stringify(toDeadLetter(this.#batch, record, verdict.reason)));
    problems[verdict.problem] = (problems[verdict.problem] ?? 0) + 1;
    return false;
  }
}
