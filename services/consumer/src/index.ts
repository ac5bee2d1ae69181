export { batchLogFields, formatBatchTable } from './batch-table.ts';
export { broadcast } from './query-listeners.ts';
export { rolloverOf, rolloverSettings } from './rollover-settings.ts';
export { startQuery } from './start-query.ts';
export { versions } from './versions.ts';
