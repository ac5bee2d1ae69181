import { encodeJsonLines } from './json-lines.ts';
import type { TicketRow } from './ticket-row.ts';

/**
 * The columns of the Parquet file, as JSON lines. `created_at` has the form `2026-11-22T09:30:00.000Z`, which DuckDB reads
 * as the same timestamp; pyarrow leaves it a string. JSON's numbers have no width: readers take both as 64-bit integers.
 * A `kafka_offset` above 2^53 is written with all its digits, which JavaScript's own parser would round.
 */
export function encodeRowsAsJson(rows: readonly TicketRow[]): Uint8Array {
  return encodeJsonLines(jsonLines(rows));
}

function* jsonLines(rows: readonly TicketRow[]): Iterable<string> {
  for (const { ticket_id, client_id, created_at, request, type, priority, support_team, ...record } of rows) {
    const ticket = { ticket_id, client_id, created_at, request, type, priority, support_team };
    const open = JSON.stringify(ticket).slice(0, -1);
    yield `${open},"kafka_partition":${record.kafka_partition},"kafka_offset":${record.kafka_offset}}`;
  }
}
