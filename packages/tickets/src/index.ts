export { encodeTicket } from './encode-ticket.ts';
export { parseCounts } from './parse-counts.ts';
export { parseTicket, type TicketProblem, type TicketVerdict } from './parse-ticket.ts';
export { createRequestWriter, type RequestWriter } from './requests/request-writer.ts';
export { REQUEST_LANGUAGES, type RequestLanguage } from './requests/request-words.ts';
export { enrichTicket, SUPPORT_TEAMS, type EnrichedTicket, type SupportTeam } from './support-team.ts';
export { countTickets, emptyCounts, mergeCounts, toCounts, type TicketCounts } from './ticket-counts.ts';
export {
  createTicketGenerator,
  type TicketGenerator,
  type TicketGeneratorOptions,
  type TicketProportions,
} from './ticket-generator.ts';
export { TicketScanner } from './ticket-scanner.ts';
export {
  PRIORITIES,
  TICKET_TYPES,
  ticketSchema,
  type Priority,
  type Ticket,
  type TicketType,
} from './ticket.ts';
