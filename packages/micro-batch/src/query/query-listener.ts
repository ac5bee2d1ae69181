import type { CountedBatch, StoredFiles } from '../checkpoint/partition-checkpoint.ts';
import type { PartitionProgress, QueryProgress } from '../trigger/progress.ts';
import type { QueryStatus } from './query-status.ts';

/**
 * Hears what a query does (Spark's `StreamingQueryListener`); metrics, tables and pages are made from it. Called on the
 * engine's path: return at once and never throw.
 */
export interface QueryListener {
  /** After each trigger that counted a batch. */
  onProgress?(progress: QueryProgress): void;
  /** After each batch of a partition. */
  onBatch?(partition: number, batch: CountedBatch, progress: PartitionProgress): void;
  /** After files of a partition can be seen, of one range. */
  onFiles?(partition: number, files: StoredFiles): void;
  /** Whenever the state or its message has changed. */
  onStatus?(status: QueryStatus): void;
}
