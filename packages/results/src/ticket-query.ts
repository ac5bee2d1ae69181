import {
  PRIORITIES,
  SUPPORT_TEAMS,
  TICKET_TYPES,
  parseCounts,
  type TicketCounts,
} from '@client-tickets/tickets';
import type { Counts, Declaration } from './layout/declaration.ts';

const TEAMS = TICKET_TYPES.map((type) => SUPPORT_TEAMS[type]);
const countColumn = 'ticket_count';
const text = { kind: 'text', nullable: false } as const;

/** What readers have to know of the ticket query. */
export const ticketQuery: Declaration = {
  table: 'tickets',
  record: {
    name: 'ticket',
    fields: {
      ticket_id: text,
      client_id: text,
      created_at: { kind: 'timestamp', nullable: false },
      request: text,
      type: { kind: 'oneOf', nullable: false, values: TICKET_TYPES },
      priority: { kind: 'oneOf', nullable: false, values: PRIORITIES },
    },
  },
  derived: [{ name: 'support_team', from: 'type', values: TEAMS }],
  countsFiles: [
    { name: 'ticket_counts', column: 'type', countColumn, values: TICKET_TYPES },
    { name: 'ticket_counts_by_team', column: 'support_team', countColumn, values: TEAMS },
    { name: 'ticket_counts_by_priority', column: 'priority', countColumn, values: PRIORITIES },
  ],
};

/** What a checkpoint's state has counted, by the names of the counts files. */
export function countsOfState(state: TicketCounts): Counts {
  return {
    ticket_counts: state.ticketCountByType,
    ticket_counts_by_team: state.ticketCountByTeam,
    ticket_counts_by_priority: state.ticketCountByPriority,
  };
}

export function stateOfCounts(counts: Counts): TicketCounts {
  return parseCounts({
    ticketCountByType: counts['ticket_counts'],
    ticketCountByTeam: counts['ticket_counts_by_team'],
    ticketCountByPriority: counts['ticket_counts_by_priority'],
  });
}
