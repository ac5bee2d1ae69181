import { enrichTicket, type EnrichedTicket, type Ticket } from '@client-tickets/tickets';

/** One ticket of a result file, and which record of the topic it was. */
export type TicketRow = EnrichedTicket & {
  readonly kafka_partition: number;
  readonly kafka_offset: bigint;
};

export function toTicketRow(ticket: Ticket, partition: number, offset: bigint): TicketRow {
  return { ...enrichTicket(ticket), kafka_partition: partition, kafka_offset: offset };
}
