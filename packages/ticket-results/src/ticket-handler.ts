import {
  formatRange,
  type BatchHandler,
  type BatchRange,
  type HandledBatch,
  type RecordBatch,
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
import { toDeadLetter, type DeadLetter } from './dead-letter.ts';
import { encodeJsonLines, JSON_LINES_TYPE } from './json-lines.ts';
import { TicketColumns } from './ticket-columns.ts';
import { TicketLines } from './ticket-lines.ts';
import { encodeTicketsAsParquet, PARQUET_TYPE } from './tickets-parquet.ts';

export const RESULT_FORMATS = ['json', 'parquet'] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

/** What a partition has counted so far. */
export type TicketState = TicketCounts;

/**
 * Turns a batch of records into result files and counts:
 *
 * - `tickets/partition=<p>/<range>.json` and `.parquet`, as `formats` asks: a row for each ticket, if there is one;
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
  return {
    version: '2',
    settings: { formats: formats.join(',') },
    initialState: emptyCounts,
    parseState: parseCounts,
    fileKeys: (range) => [...formats.map((format) => ticketsKey(range, format)), deadLettersKey(range)],
    partitionPrefixes: (partition) => [TICKETS, DEAD_LETTERS].map((folder) => prefixOf(folder, partition)),
    handle: (batch, state) => handle(batch, state, formats),
  };
}

function handle(
  batch: RecordBatch,
  state: TicketState,
  formats: readonly ResultFormat[],
): HandledBatch<TicketState> {
  const { records, partition, startOffset } = batch;
  const columns = new TicketColumns(records.length);
  const lines = new TicketLines(partition, formats.includes('json') ? jsonBytes(records) : 0);
  const deadLetters: DeadLetter[] = [];
  const problems: Record<string, number> = {};
  const scanner = new TicketScanner();
  for (const record of records) {
    const { value, offset } = record;
    if (value !== null && scanner.scan(value)) {
      columns.addScanned(value, scanner, Number(offset - startOffset));
      if (formats.includes('json')) lines.add(value, scanner.typeIndex, offset);
      continue;
    }
    const verdict = parseTicket(value);
    if (verdict.ok) {
      columns.addParsed(verdict.ticket, Number(offset - startOffset));
      if (formats.includes('json')) lines.addParsed(verdict.ticket, offset);
    } else {
      deadLetters.push(toDeadLetter(batch, record, verdict.reason));
      problems[verdict.problem] = (problems[verdict.problem] ?? 0) + 1;
    }
  }

  const files: ResultFile[] = [];
  if (columns.length > 0) {
    const encode = {
      json: () => ({ body: lines.bytes, contentType: JSON_LINES_TYPE }),
      parquet: () => ({ body: encodeTicketsAsParquet(columns, batch), contentType: PARQUET_TYPE }),
    };
    for (const format of formats) files.push({ key: ticketsKey(batch, format), ...encode[format]() });
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
    observations: {
      ticket_count_by_type: counts.ticketCountByType,
      ticket_count_by_team: counts.ticketCountByTeam,
      ticket_count_by_priority: counts.ticketCountByPriority,
      dead_letter_count_by_problem: problems,
    },
  };
}

const LINE_OVERHEAD_BYTES = 96; // what a line has beside its message: team, partition, offset

function jsonBytes(records: RecordBatch['records']): number {
  return records.reduce((sum, { value }) => sum + (value?.length ?? 0) + LINE_OVERHEAD_BYTES, 0);
}

const TICKETS = 'tickets';
const DEAD_LETTERS = 'dead_letters';

/** What Hive, Spark, DuckDB and pyarrow take for one partition of a table. */
function prefixOf(folder: string, partition: number): string {
  return `${folder}/partition=${partition}/`;
}

function ticketsKey(range: BatchRange, format: ResultFormat): string {
  return `${prefixOf(TICKETS, range.partition)}${formatRange(range)}.${format}`;
}

function deadLettersKey(range: BatchRange): string {
  return `${prefixOf(DEAD_LETTERS, range.partition)}${formatRange(range)}.json`;
}
