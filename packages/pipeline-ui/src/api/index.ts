/** The shapes of the API, shared by the server and the page. */
export { aboutSchema, type About } from './about.ts';
export {
  batchDetailSchema,
  batchesSchema,
  batchSchema,
  type Batch,
  type BatchDetail,
  type Batches,
} from './batches.ts';
export { countsSchema, type Counts, type CountsTable } from './counts.ts';
export {
  deadLetterSchema,
  deadLettersSchema,
  type DeadLetters,
  type DeadLetterView,
} from './dead-letters.ts';
export { MOST_FILE_BYTES, resultFileSchema, type ResultFile } from './files.ts';
export {
  figuresSchema,
  historySchema,
  pointSchema,
  type Figures,
  type History,
  type Point,
} from './figures.ts';
export { LIVE_EVENT_NAMES, liveEventSchemas, type LiveEventName, type LiveEvents } from './live-event.ts';
export { partitionSchema, partitionsSchema, type Partition, type Partitions } from './partitions.ts';
export { problemSchema, type Problem } from './problem.ts';
export { progressSchema, queryProgressSchema } from './progress.ts';
export { statusSchema, type Status } from './status.ts';
export { windowsSchema, type CountedWindow, type Windows, type WindowsTable } from './windows.ts';
