export { encodeTicket } from './encode-ticket.ts';
export { createRequestWriter } from './requests/request-writer.ts';
export { REQUEST_LANGUAGES, type RequestLanguage } from './requests/request-words.ts';
export {
  createTicketGenerator,
  type TicketGenerator,
  type TicketGeneratorOptions,
} from './ticket-generator.ts';
export { parseTicket, ticketQuery } from './ticket-query.ts';
export { PRIORITIES, ticket, TICKET_TYPES, type Ticket, type TicketType } from './ticket.ts';
