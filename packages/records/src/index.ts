export { viewOf } from './bytes/byte-buffer.ts';
export type { RecordColumns } from './columns/record-columns.ts';
export {
  boolean,
  integer,
  nullable,
  number,
  oneOf,
  text,
  timestamp,
  type Field,
} from './declaration/field.ts';
export { countColumns, countRows, emptyCounts, mergeCounts } from './counting/counts.ts';
export { parseCounts } from './counting/parse-counts.ts';
export { emptyState, parseQueryState, type QueryState } from './counting/query-state.ts';
export { MOST_OPEN_WINDOWS, WindowFold, type EventTimes } from './counting/window-fold.ts';
export {
  addWindows,
  emptyWindows,
  followWatermarks,
  leftOutAs,
  parseWindows,
  windowEnd,
  windowName,
  withoutWindows,
  type WindowState,
} from './counting/window-state.ts';
export { windowStatus, type WindowStatus } from './counting/window-status.ts';
export { describeQuery } from './declaration/describe-query.ts';
export {
  by,
  defineQuery,
  lookup,
  type Counts,
  type CountsFile,
  type Query,
  type WindowsFile,
} from './declaration/query.ts';
export { defineRecord, type RecordDefinition, type RecordOf } from './declaration/record-definition.ts';
export { parseFlatJson } from './json/parse-outline.ts';
export { JsonLines } from './json-lines/json-lines.ts';
export { LateLines } from './json-lines/late-lines.ts';
export { ParquetFile } from './parquet/parquet-file.ts';
export { encodeSmallTable } from './parquet/small-table.ts';
export { RecordReader } from './reader/record-reader.ts';
export { parseMoment } from './time/moment.ts';
export { createTimeZone, utc, type TimeZone } from './time/time-zone.ts';
export {
  createRecordParser,
  RECORD_PROBLEMS,
  type RecordParser,
  type RecordProblem,
} from './validity/record-parser.ts';
export { showBytes, showValue } from './validity/show-value.ts';
