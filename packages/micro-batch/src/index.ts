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
export { compareAndSwap } from './compare-and-swap.ts';
export { formatRange, parseRange, type OffsetRange } from './offset-range.ts';
