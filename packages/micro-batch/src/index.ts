export type * from './ports/batch-handler.ts';
export type * from './ports/clock.ts';
export { silentLogger, type Logger } from './ports/logger.ts';
export {
  ObjectStoreError,
  type ConditionalPutResult,
  type ListedObject,
  type ObjectStore,
  type ObjectStoreErrorCode,
  type PutOptions,
  type StoredObject,
} from './ports/object-store.ts';
export type * from './ports/result-publisher.ts';
export type * from './ports/source.ts';
export type * from './ports/query-listener.ts';
export { compareAndSwap } from './compare-and-swap.ts';
export { formatRange, parseRange, type OffsetRange } from './offset-range.ts';
export {
  createCheckpointStore,
  partitionCheckpointKey,
  type CheckpointStore,
  type StoredCheckpoint,
} from './checkpoint-store.ts';
export { QueryError, type QueryErrorCode } from './errors.ts';
export {
  type BatchOutcome,
  type Committed,
  type CommittedBatch,
  type Gap,
  type PartitionCheckpoint,
  type Plan,
  type Totals,
  type WrittenFile,
} from './partition-checkpoint.ts';
export { type PartitionProgress, type Phase, type QueryProgress, type SourceProgress } from './progress.ts';
export {
  openQuery,
  readOwner,
  readQuery,
  type ExpectedQuery,
  type QueryIdentity,
  type ResultsOwner,
} from './query-identity.ts';
export { RecordBlock, type RecordBlockParts } from './record-block.ts';
export { RecordList, type RecordPiece } from './record-list.ts';
export { restoreQuery } from './restore-query.ts';
export type { StreamingQueryOptions } from './query-options.ts';
export type { PartitionStatus, QueryState, QueryStatus } from './query-status.ts';
export {
  previewStart,
  type PartitionPreview,
  type StartPreview,
  type StartPreviewOptions,
} from './start-preview.ts';
export { parseStartingOffsets, resolveStartingOffsets, type StartingOffsets } from './starting-offsets.ts';
export { StreamingQuery } from './streaming-query.ts';
export { systemClock } from './system-clock.ts';
export { parseTrigger, type Trigger } from './trigger.ts';
