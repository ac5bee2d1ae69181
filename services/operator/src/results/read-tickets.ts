import { readJsonTickets } from './read-json-tickets.ts';
import { readParquetTickets } from './read-parquet-tickets.ts';
import type { RangeFileName } from './result-key.ts';
import type { StoredTicket } from './stored-ticket.ts';

/** The rows of a ticket file, in parts. Throws an `Error` that says where it is no such file. */
export async function* readTickets(
  { format }: Pick<RangeFileName, 'format'>,
  body: Uint8Array,
): AsyncIterable<Iterable<StoredTicket>> {
  if (format === 'json') yield readJsonTickets(body);
  else yield* readParquetTickets(body);
}
