import type { ObjectStore } from '@client-tickets/micro-batch';
import { listRanges, type ListedRange } from '../results/listed-range.ts';
import { readTickets } from '../results/read-tickets.ts';
import { READ_AHEAD } from './files-audit.ts';
import { prefetch } from './prefetch.ts';
import { hashId } from './ticket-id-index.ts';
import type { RepeatedTicket } from './verify-report.ts';

/** Of each repeated ticket, this many places are listed. */
const MOST_PLACES = 20;

/** Reads the tickets once more and lists those whose ids have one of the hashes, where they come more than once. */
export async function listRepeated(
  results: ObjectStore,
  hashes: ReadonlySet<bigint>,
  isWanted: (listed: ListedRange) => boolean,
): Promise<readonly RepeatedTicket[]> {
  const places = new Map<string, { partition: number; offset: bigint }[]>();
  const loaded = prefetch(listRanges(results), {
    load: async (listed) => {
      const file = listed.files.find(({ kind }) => kind === 'tickets');
      const body = file !== undefined && isWanted(listed) ? (await results.get(file.key))?.body : undefined;
      return file === undefined || body === undefined ? undefined : { file, body };
    },
    bytesOf: ({ files }) => files[0]?.size ?? 0,
    ...READ_AHEAD,
  });
  for await (const [{ partition }, found] of loaded) {
    if (found === undefined) continue;
    for (const { ticket_id, kafka_offset } of (await readTickets(found.file, found.body))()) {
      if (!hashes.has(hashId(ticket_id))) continue;
      const known = places.get(ticket_id) ?? [];
      if (known.length < MOST_PLACES) places.set(ticket_id, [...known, { partition, offset: kafka_offset }]);
    }
  }
  return [...places].filter(([, at]) => at.length > 1).map(([ticketId, at]) => ({ ticketId, at }));
}
