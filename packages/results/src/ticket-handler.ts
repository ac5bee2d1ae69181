import { setImmediate } from 'node:timers/promises';
import {
  type BatchHandler,
  type HandledBatch,
  type MicroBatch,
  type ResultFile,
} from '@client-tickets/micro-batch';
import {
  emptyCounts,
  mergeCounts,
  parseCounts,
  parseTicket,
  TicketScanner,
  type TicketCounts,
} from '@client-tickets/tickets';
import { BufferPool } from './buffer-pool.ts';
import { viewOf } from './byte-buffer.ts';
import { encodeJsonLines, JSON_LINES_TYPE } from './json-lines.ts';
import { toDeadLetter, type DeadLetter } from './layout/dead-letter.ts';
import {
  deadLettersKey,
  partitionPrefixes,
  RESULT_FORMATS,
  rowsKey,
  type ResultFormat,
} from './layout/result-keys.ts';
import { TicketColumns } from './ticket-columns.ts';
import { TicketLines } from './ticket-lines.ts';
import { encodeTicketsAsParquet, PARQUET_TYPE } from './tickets-parquet.ts';

const TABLE = 'tickets';

/** Two batches of as many partitions as mostly share a consumer: one is stored while the next is handled. */
const SPARE_BUFFERS = 6;

/** What a partition has counted so far. */
export type TicketState = TicketCounts;

/**
 * Turns a batch of records into result files and counts:
 *
 * - `tickets/partition=<p>/<range>.parquet` and `tickets_json/partition=<p>/<range>.json`, as `formats` asks: a row for each
 *   ticket, if there is one;
 * - `dead_letters/partition=<p>/<range>.json`: a line for each record that is no ticket, if there is one.
 *
 * A batch without tickets writes no empty file: readers can't tell its columns. Throws a `RangeError` when `formats` is
 * empty.
 */
export function createTicketHandler(options: {
  readonly formats: readonly ResultFormat[];
}): BatchHandler<TicketState> {
  const formats = RESULT_FORMATS.filter((format) => options.formats.includes(format));
  if (formats.length === 0) {
    throw new RangeError(`formats: expected some of ${RESULT_FORMATS.join(', ')}, found none`);
  }
  const pool = new BufferPool(SPARE_BUFFERS);
  return {
    version: '2',
    settings: { formats: formats.join(',') },
    initialState: emptyCounts,
    parseState: parseCounts,
    fileKeys: (range) => [...formats.map((format) => rowsKey(TABLE, format, range)), deadLettersKey(range)],
    partitionPrefixes: (partition) => partitionPrefixes(TABLE, partition),
    handle: (batch, state) => handle(batch, state, formats, pool),
  };
}

async function handle(
  batch: MicroBatch,
  state: TicketState,
  formats: readonly ResultFormat[],
  pool: BufferPool,
): Promise<HandledBatch<TicketState>> {
  const memory = formats.includes('json') ? pool.take(jsonBytes(batch.records)) : undefined;
  const lines = memory && new TicketLines(batch.partition, memory);
  const { columns, deadLetters, problems } = await readRecords(batch, lines);
  const files: ResultFile[] = [];
  if (columns.length > 0) {
    const encode = {
      json: () => ({ body: lines?.bytes ?? new Uint8Array(), contentType: JSON_LINES_TYPE }),
      parquet: () => ({ body: encodeTicketsAsParquet(columns, batch), contentType: PARQUET_TYPE }),
    };
    for (const format of formats) files.push({ key: rowsKey(TABLE, format, batch), ...encode[format]() });
  }
  if (deadLetters.length > 0) {
    const body = encodeJsonLines(deadLetters.map((deadLetter) => JSON.stringify(deadLetter)));
    files.push({ key: deadLettersKey(batch), body, contentType: JSON_LINES_TYPE });
  }

  const counts = columns.counts();
  return {
    files,
    state: mergeCounts(state, counts),
    rows: columns.length,
    deadLetters: deadLetters.length,
    release: () => {
      if (lines !== undefined) pool.give(lines.memory);
    },
    observations: {
      ticket_count_by_type: counts.ticketCountByType,
      ticket_count_by_team: counts.ticketCountByTeam,
      ticket_count_by_priority: counts.ticketCountByPriority,
      dead_letter_count_by_problem: problems,
    },
  };
}

/** What the records of a batch are: tickets, as columns and as JSON lines where these are wanted, and dead letters. */
async function readRecords(batch: MicroBatch, lines: TicketLines | undefined) {
  const { records, startOffset } = batch;
  const columns = new TicketColumns(records.length);
  const deadLetters: DeadLetter[] = [];
  const problems: Record<string, number> = {};
  for (const [nth, { block, from, to }] of records.pieces.entries()) {
    if (nth > 0) await giveWay();
    const { bytes, baseOffset } = block;
    const scanner = new TicketScanner(bytes);
    const view = viewOf(bytes);
    const [base, sinceStart] = [Number(baseOffset), Number(baseOffset - startOffset)];
    for (let index = from; index < to; index += 1) {
      const place = sinceStart + block.offsetDelta(index);
      const known = base + block.offsetDelta(index);
      const offset = Number.isSafeInteger(known) ? known : block.offsetAt(index);
      const start = block.valueStart(index);
      const end = block.valueEnd(index);
      if (start >= 0 && scanner.scan(start, end)) {
        columns.addScanned(bytes, view, scanner, place);
        lines?.add(view, start, end, scanner.typeIndex, offset);
        continue;
      }
      const record = block.at(index);
      const verdict =
        record.problem === undefined
          ? parseTicket(record.value)
          : { ok: false as const, reason: record.problem, problem: 'unreadable' };
      if (verdict.ok) {
        columns.addParsed(verdict.ticket, place);
        lines?.addParsed(verdict.ticket, offset);
      } else {
        deadLetters.push(toDeadLetter(batch, record, verdict.reason));
        problems[verdict.problem] = (problems[verdict.problem] ?? 0) + 1;
      }
    }
  }
  return { columns, deadLetters, problems };
}

/** Lets others go on, such as those who store an earlier batch: a piece of a megabyte takes milliseconds. */
const giveWay = setImmediate;

const LINE_OVERHEAD_BYTES = 112; // what a line has beside its message: team, partition, offset

/** About how many bytes the JSON lines of a batch will have. */
function jsonBytes({ pieces, length }: MicroBatch['records']): number {
  let sum = length * LINE_OVERHEAD_BYTES;
  for (const { block, from, to } of pieces) {
    for (let index = from; index < to; index += 1) sum += block.valueEnd(index) - block.valueStart(index);
  }
  return sum;
}
