import type { TicketCounts } from '@client-tickets/tickets';
import { encodeJsonLines } from './json-lines.ts';
import { countsKey } from './layout/result-keys.ts';

/** One of the files that show the counts: each kind of ticket on a line, by name, also those that number 0. */
export interface CountsFile {
  readonly key: string;
  encode(counts: TicketCounts): Uint8Array;
}

/** `{"type":"ACCOUNT","ticket_count":52}` and so on. */
export const COUNTS_FILES: readonly CountsFile[] = [
  {
    key: countsKey('ticket_counts'),
    encode: (counts) => encodeCounts('type', counts.ticketCountByType),
  },
  {
    key: countsKey('ticket_counts_by_team'),
    encode: (counts) => encodeCounts('support_team', counts.ticketCountByTeam),
  },
  {
    key: countsKey('ticket_counts_by_priority'),
    encode: (counts) => encodeCounts('priority', counts.ticketCountByPriority),
  },
];

function encodeCounts(column: string, counts: Readonly<Record<string, number>>): Uint8Array {
  const sorted = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return encodeJsonLines(
    sorted.map(([kind, count]) => JSON.stringify({ [column]: kind, ticket_count: count })),
  );
}
