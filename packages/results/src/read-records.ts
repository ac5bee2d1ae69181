import { setImmediate } from 'node:timers/promises';
import type { MicroBatch } from '@client-tickets/micro-batch';
import { viewOf, type Query, type RecordParser, type RecordReader } from '@client-tickets/records';
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
  readonly problems: Readonly<Record<string, number>>;
  readonly unknownFields: UnknownFieldCounts;
}

/** Adds the records of a batch to `rows`, whose first offset is `baseOffset`. */
export async function readRecords(
  batch: MicroBatch,
  rows: RowFiles,
  baseOffset: bigint,
  { reader, parse }: ReadingOptions,
): Promise<ReadBatch> {
  const { records } = batch;
  const { columns } = rows;
  const deadLetters = new LineWriter();
  const problems: Record<string, number> = {};
  const unknownFields = new UnknownFieldCounts();
  for (const [nth, { block, from, to }] of records.pieces.entries()) {
    if (nth > 0) await yieldToEventLoop();
    await rows.flush();
    const view = viewOf(block.bytes);
    const [base, sinceStart] = [Number(block.baseOffset), Number(block.baseOffset - baseOffset)];
    for (let index = from; index < to; index += 1) {
      const delta = block.offsetDelta(index);
      const start = block.valueStart(index);
      const end = block.valueEnd(index);
      if (start < 0 || !reader.read(block.bytes, view, start, end, columns)) {
        const record = block.at(index);
        const verdict =
          record.problem === undefined
            ? parse(record.value)
            : { ok: false as const, reason: record.problem, problem: 'UNREADABLE' };
        if (!verdict.ok) {
          deadLetters.add(JSON.stringify(toDeadLetter(batch, record, verdict.reason)));
          problems[verdict.problem] = (problems[verdict.problem] ?? 0) + 1;
          continue;
        }
        columns.addParsed(verdict.record, verdict.unknownFields, block.bytes.subarray(start, end));
      }
      if (columns.unknownFields.length > 0) unknownFields.add(columns.unknownFields);
      const known = base + delta;
      const offset = Number.isSafeInteger(known) ? known : block.offsetAt(index);
      rows.addLast(view, start, end, sinceStart + delta, offset);
    }
  }
  return { deadLetters, problems, unknownFields };
}

/** Lets others go on, such as those who store an earlier batch: a piece of a megabyte takes milliseconds. */
const yieldToEventLoop = setImmediate;
