export { produceTickets, type ProduceOptions } from './produce-tickets.ts';
export { rateOf, summarize, type Production } from './production.ts';
export { createProgressBar } from './progress-bar.ts';
export type { ProgressDisplay } from './progress-display.ts';
export { createProgressLog } from './progress-log.ts';
export type { TicketMessage, TicketSink } from './ticket-sink.ts';
