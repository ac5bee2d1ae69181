export { batchLogFields, formatBatchTable } from './batch-table.ts';
export { systemClock } from './system-clock.ts';
export { startTicketQuery, type TicketQueryOptions } from './ticket-query.ts';
