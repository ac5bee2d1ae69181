import {
  formatRange,
  type BatchHandler,
  type BatchRange,
  type HandledBatch,
  type RecordBatch,
  type ResultFile,
} from '@client-tickets/micro-batch';
import {
  countTickets,
  emptyCounts,
  mergeCounts,
  parseCounts,
  parseTicket,
  type TicketCounts,
} from '@client-tickets/tickets';
import { toDeadLetter, type DeadLetter } from './dead-letter.ts';
import { encodeJsonLines, JSON_LINES_TYPE } from './json-lines.ts';
import { encodeRowsAsJson } from './ticket-rows-json.ts';
import { encodeRowsAsParquet, PARQUET_TYPE } from './ticket-rows-parquet.ts';
import { toTicketRow, type TicketRow } from './ticket-row.ts';

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
    version: '1',
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
  const rows: TicketRow[] = [];
  const deadLetters: DeadLetter[] = [];
  const problems: Record<string, number> = {};
  for (const record of batch.records) {
    const verdict = parseTicket(record.value);
    if (verdict.ok) {
      rows.push(toTicketRow(verdict.ticket, batch.partition, record.offset));
    } else {
      deadLetters.push(toDeadLetter(batch, record, verdict.reason));
      problems[verdict.problem] = (problems[verdict.problem] ?? 0) + 1;
    }
  }

  const files: ResultFile[] = [];
  if (rows.length > 0) {
    for (const format of formats) {
      const { encode, contentType } = ENCODINGS[format];
      files.push({ key: ticketsKey(batch, format), body: encode(rows), contentType });
    }
  }
  if (deadLetters.length > 0) {
    const body = encodeJsonLines(deadLetters.map((deadLetter) => JSON.stringify(deadLetter)));
    files.push({ key: deadLettersKey(batch), body, contentType: JSON_LINES_TYPE });
  }

  const counts = countTickets(rows);
  return {
    files,
    state: mergeCounts(state, counts),
    rows: rows.length,
    deadLetters: deadLetters.length,
    observations: {
      ticket_count_by_type: counts.ticketCountByType,
      ticket_count_by_team: counts.ticketCountByTeam,
      ticket_count_by_priority: counts.ticketCountByPriority,
      dead_letter_count_by_problem: problems,
    },
  };
}

const ENCODINGS = {
  json: { encode: encodeRowsAsJson, contentType: JSON_LINES_TYPE },
  parquet: { encode: encodeRowsAsParquet, contentType: PARQUET_TYPE },
} satisfies Record<ResultFormat, unknown>;

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
