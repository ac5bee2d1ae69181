import { defineRecord, oneOf, text, timestamp, type RecordOf } from '@client-tickets/records';

/** What a message must hold to be a ticket. */
export const ticket = defineRecord('ticket', {
  ticket_id: text(),
  client_id: text(),
  created_at: timestamp(),
  request: text(),
  type: oneOf('TECHNICAL', 'BILLING', 'ACCOUNT', 'GENERAL'),
  priority: oneOf('LOW', 'MEDIUM', 'HIGH'),
});

/** One support ticket. */
export type Ticket = RecordOf<typeof ticket>;
export type TicketType = Ticket['type'];
export type Priority = Ticket['priority'];

export const TICKET_TYPES: readonly TicketType[] = ticket.fields.type.values;
export const PRIORITIES: readonly Priority[] = ticket.fields.priority.values;
