import { by, createRecordParser, defineQuery, lookup } from '@client-tickets/records';
import { ticket } from './ticket.ts';

/** What is made of tickets: who answers each, and how many there are. */
export const ticketQuery = defineQuery({
  table: 'tickets',
  record: ticket,
  key: 'client_id',
  derive: {
    support_team: lookup('type', {
      TECHNICAL: 'Tech Support',
      BILLING: 'Billing Team',
      ACCOUNT: 'Account Management',
      GENERAL: 'General Support',
    }),
  },
  counts: {
    ticket_counts: by('type'),
    ticket_counts_by_team: by('support_team'),
    ticket_counts_by_priority: by('priority'),
    ticket_counts_by_hour: by('type').perHour('created_at'),
  },
});

/** Tells a ticket from a dead letter; times without an offset are UTC. Never throws. */
export const parseTicket = createRecordParser(ticket);
