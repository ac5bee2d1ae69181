export type { Counts, QueryState } from '@client-tickets/records';
export { keepTable, type TableKeeper } from './delta/keep-table.ts';
export { createCountsPublisher } from './counts-publisher.ts';
export {
  coversRange,
  findMergedFiles,
  listMerged,
  mergedFiles,
  type MergedFile,
} from './delta/merged-files.ts';
export { optimizeDaily } from './delta/optimize-daily.ts';
export { MERGE_OWNER } from './delta/write-merged.ts';
export { optimizeTable } from './delta/optimize-table.ts';
export { findDroppableJson } from './delta/droppable-json.ts';
export { isDropped, noteDroppedJson, readDroppedJson, type DroppedJson } from './delta/dropped-json.ts';
export { initTable } from './delta/init-table.ts';
export { planMerges, TARGET_FILE_BYTES, type Merge } from './delta/plan-merges.ts';
export { findVacuumable, SHORTEST_RETENTION_MS, type VacuumableFile } from './delta/vacuum-table.ts';
export type { ResultTable } from './delta/folded-table.ts';
export { readTable, readTableVersions } from './delta/read-table.ts';
export { TableFollower, type TableSummary } from './delta/table-follower.ts';
export { FORMATS, parseFormats, readRows } from './formats.ts';
export {
  heldValue,
  isValueOf,
  keyBytes,
  MOST_HELD_BYTES,
  type DeadLetter,
  type HeldValue,
} from './layout/dead-letter.ts';
export type { Declaration, DeclaredCounts, DeclaredWindows } from './layout/declaration.ts';
export { listRanges, type ListedFile, type ListedRange } from './layout/list-ranges.ts';
export {
  deadLettersPrefix,
  DROPPED_KEY,
  finalWindowsKey,
  isResultKey,
  parseRangeKey,
  RESULT_FORMATS,
  rowsKey,
  rowsPrefix,
  tableLogPrefix,
  type ResultFormat,
} from './layout/result-keys.ts';
export { readCounts, readPublishedCounts, type PublishedCounts } from './read/published-counts.ts';
export { listFinalDays, readFinalWindows, type FinalDayFiles } from './read/final-windows.ts';
export type { ReadWindow } from './read/gather-windows.ts';
export {
  readPublishedWindows,
  readWindows,
  type PublishedWindow,
  type PublishedWindows,
} from './read/published-windows.ts';
export {
  FileReplacedError,
  openParts,
  wholeFile,
  type FileParts,
  type OpenPartsOptions,
} from './read/file-parts.ts';
export { readDeadLetterGroups, readDeadLetters } from './read/read-dead-letters.ts';
export { prefetch } from './read/prefetch.ts';
export { readParquetGroups } from './read/read-parquet-groups.ts';
export { readLateRows, type LateRowLine } from './read/read-late-rows.ts';
export { checkFileSize, READ_LIMITS } from './read/read-limits.ts';
export { RowColumns, type StoredRow } from './read/stored-row.ts';
export {
  describeOptions,
  readOptions,
  UNKNOWN_FIELDS,
  type QueryHandlerOptions,
  type UnknownFields,
} from './handler-options.ts';
export { createQueryHandler } from './query-handler.ts';
export {
  openJournal,
  RequeueJournal,
  showPosition,
  type Requeue,
  type RequeueRecord,
} from './requeue-journal.ts';
export {
  DAY_MS,
  finalDays,
  finalUntil,
  shownSince,
  shownWindows,
  windowTable,
  type TableWindow,
} from './window-table.ts';
