export { produceTickets, type ProduceOptions } from './produce-tickets.ts';
export { rateOf, summarize, type Production } from './production.ts';
export { createProgressBar, createProgressLog, type ProgressDisplay } from './progress-display.ts';
export type { TicketMessage, TicketSink } from './ticket-sink.ts';
