import type { ObjectStore } from '@client-tickets/micro-batch';
import { deadLettersPrefix, readPublishedCounts, rowsPrefix } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { readJsonLines } from './read-json-lines.ts';

/** What a reader finds under a results location. */
export interface Results {
  /** `partition/offset` of each row of the JSON files, as often as it is there. */
  readonly rows: readonly string[];
  readonly ticketIds: readonly string[];
  readonly deadLetters: readonly string[];
  /** From `ticket_counts`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly counted: number;
}

/** Reads everything as a plain glob over the files would. */
export async function readResults(store: ObjectStore): Promise<Results> {
  const rows = await readJsonLines(store, rowsPrefix(ticketQuery.table, 'json'));
  const deadLetters = await readJsonLines(store, deadLettersPrefix());
  const [published] = await readPublishedCounts(store, ticketQuery.countsFiles);
  const counts = published?.kind === 'read' ? published.counts : {};
  return {
    rows: rows.map((row) => `${String(row['kafka_partition'])}/${String(row['kafka_offset'])}`),
    ticketIds: rows.map((row) => String(row['ticket_id'])),
    deadLetters: deadLetters.map((row) => `${String(row['partition'])}/${String(row['offset'])}`),
    counts,
    counted: Object.values(counts).reduce((sum, count) => sum + count, 0),
  };
}
