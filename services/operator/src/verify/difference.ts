import type { OffsetRange } from '@client-tickets/micro-batch';

/**
 * What can be wrong with a results location:
 *
 * - `query`: checkpoint and results do not belong together, or one of their documents can't be read.
 * - `checkpoint`: a partition checkpoint is missing, can't be read, or contradicts itself.
 * - `offsets_missing`: no file holds these offsets, although the checkpoint counts records of theirs.
 * - `offsets_twice`: two files hold the same offsets.
 * - `file_missing`, `file_unexplained`: a file that a commit names is not there; a file is there that neither a commit nor the
 *   present plan names. Also a file of a day whose windows are final, which no consumer can write again.
 * - `file_damaged`: can't be read, or is not of the size that was written.
 * - `file_replaced`: another one had its place before it was read to its end.
 * - `rows_wrong`: a file holds other rows than its name or the checkpoint says.
 * - `formats_differ`: the JSON and the Parquet file of a range hold different rows.
 * - `totals_differ`: rows and dead letters in the files are not those that the checkpoint has counted.
 * - `counts_differ`: the counts or windows that the checkpoint keeps, or that readers see, are not those of the rows.
 * - `counts_behind`: readers see counts or windows that lack committed rows.
 * - `table_differs`: the Delta Lake table does not name each stored file once, or names others, or its log can't be read.
 * - `topic_differs`: the topic holds another record at an offset than the results, or one where they have none.
 * - `log_ends_early`: offsets are committed that the log does not have.
 * - `requeue_lost`: a dead letter was sent back to the topic, but what was sent is not in the results.
 */
export type DifferenceCode =
  | 'query'
  | 'checkpoint'
  | 'offsets_missing'
  | 'offsets_twice'
  | 'file_missing'
  | 'file_unexplained'
  | 'file_damaged'
  | 'file_replaced'
  | 'rows_wrong'
  | 'formats_differ'
  | 'totals_differ'
  | 'counts_differ'
  | 'counts_behind'
  | 'table_differs'
  | 'topic_differs'
  | 'log_ends_early'
  | 'requeue_lost';

/** One thing that is not as it has to be. The message says what was expected and what was found. */
export interface Difference {
  readonly code: DifferenceCode;
  readonly message: string;
  readonly partition?: number;
  readonly offsets?: OffsetRange;
  /** Of a file, relative to the results location. */
  readonly key?: string;
}
