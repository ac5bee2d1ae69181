import { readJsonTickets } from './read-json-tickets.ts';
import { readParquetTickets } from './read-parquet-tickets.ts';
import type { RangeFileName } from './result-key.ts';
import type { StoredTicket } from './stored-ticket.ts';

/**
 * The rows of a ticket file, one at a time, as often as they are asked for. Rejects, and reading throws, with an `Error`
 * that says where it is no such file.
 */
export async function readTickets(
  { format }: Pick<RangeFileName, 'format'>,
  body: Uint8Array,
): Promise<() => Iterable<StoredTicket>> {
  return format === 'json' ? () => readJsonTickets(body) : await readParquetTickets(body);
}
