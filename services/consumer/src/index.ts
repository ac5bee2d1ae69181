export { batchLogFields, formatBatchTable } from './batch-table.ts';
export { startTicketQuery, type TicketQueryOptions } from './ticket-query.ts';
