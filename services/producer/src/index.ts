export { produceTickets, type ProduceOptions } from './produce-tickets.ts';
export { summarize, type Production } from './production.ts';
export { createProgressBar } from './progress-bar.ts';
export type { ProgressDisplay } from './progress-display.ts';
export { createProgressLog } from './progress-log.ts';
export type { TicketMessage } from './ticket-sink.ts';
