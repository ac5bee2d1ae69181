export { BufferPool } from './buffer/buffer-pool.ts';
export { backoffMs, type Backoff } from './ports/backoff.ts';
export type * from './ports/batch-handler.ts';
export type * from './ports/clock.ts';
export { silentLogger, type Logger } from './ports/logger.ts';
export {
  assertSize,
  ObjectStoreError,
  type ConditionalPutResult,
  type GetOptions,
  type ListedObject,
  type ObjectPart,
  type ObjectStore,
  type PartRange,
  type PutOptions,
  type StoredObject,
  type Upload,
  type UploadOptions,
} from './ports/object-store.ts';
export { readOnlyStore, type StoreReader } from './ports/read-only-store.ts';
export type * from './ports/result-publisher.ts';
export type * from './ports/source-record.ts';
export type * from './ports/source.ts';
export type * from './query/query-listener.ts';
export { compareAndSwap } from './checkpoint/compare-and-swap.ts';
export { formatRange, parseRange, type OffsetRange } from './ports/offset-range.ts';
export {
  createCheckpointStore,
  listCheckpoints,
  partitionCheckpointKey,
  type CheckpointStore,
  type StoredCheckpoint,
} from './checkpoint/checkpoint-store.ts';
export { decideDataLoss } from './checkpoint/decide-data-loss.ts';
export { logOf, offsetInLog, offsetsIn, positionIn } from './ports/log-position.ts';
export { QueryError, type QueryErrorCode } from './ports/query-error.ts';
export type {
  Counted,
  CountedBatch,
  FilePlan,
  Frontier,
  Gap,
  LossDecision,
  PartitionCheckpoint,
  Stop,
  Stored,
  StoredFiles,
  WrittenFile,
} from './checkpoint/partition-checkpoint.ts';
export type { PartitionProgress, QueryProgress } from './trigger/progress.ts';
export {
  claimResults,
  openQuery,
  OWNER_KEY,
  queryChanges,
  queryKey,
  readOwner,
  readQuery,
  restoreQuery,
  type ExpectedQuery,
  type QueryIdentity,
} from './checkpoint/query-identity.ts';
export { RecordBlock, RecordBlockBuilder } from './ports/record-block.ts';
export { RecordList } from './ports/record-list.ts';
export type { StreamingQueryOptions } from './query/query-options.ts';
export type { PartitionStatus, QueryState, QueryStatus } from './query/query-status.ts';
export { describeUnread } from './query/unread-partitions.ts';
export {
  previewStart,
  type PartitionPreview,
  type StartPreview,
  type StartPreviewOptions,
} from './query/start-preview.ts';
export {
  parseStartingOffsets,
  resolveStartingOffsets,
  type FindOffsetsAt,
  type StartingOffsets,
} from './query/starting-offsets.ts';
export { ProducedTimes } from './trigger/produced-times.ts';
export { StreamingQuery } from './query/streaming-query.ts';
export { systemClock } from './ports/system-clock.ts';
export { EVERY_BATCH, type Rollover } from './trigger/rollover.ts';
export { parseDuration, parseTrigger, type Trigger } from './trigger/trigger.ts';
