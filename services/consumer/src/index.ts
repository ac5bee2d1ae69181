export { batchLogFields, formatBatchTable } from './batch-table.ts';
export { startTicketQuery, type TicketQueryOptions } from './ticket-query.ts';
export { broadcast } from './query-listeners.ts';
export { versions } from './versions.ts';
