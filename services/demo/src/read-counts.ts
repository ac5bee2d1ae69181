import type { ObjectStore } from '@client-tickets/micro-batch';
import { readPublishedCounts } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';

/** What `ticket_counts` says; nothing before the first batch. Rejects when it can't be read. */
export async function readCounts(results: ObjectStore): Promise<Readonly<Record<string, number>>> {
  const [published] = await readPublishedCounts(results, ticketQuery.countsFiles.slice(0, 1));
  if (published?.kind === 'damaged')
    throw new Error(`${results.location}${published.key} can't be read: ${published.problem}`);
  return published?.kind === 'read' ? published.counts : {};
}
