/**
 * - `settings`: a trigger, starting offsets or a limit that can't be meant.
 * - `checkpoint_damaged`, `checkpoint_newer`, `checkpoint_older`, `checkpoint_mismatch`: the checkpoint can't be read, was
 *   written by another version, or belongs to another query. Nothing has been written.
 * - `results_mismatch`: the results location belongs to another checkpoint. Nothing has been written.
 * - `data_loss`: records that should be read next are gone from the log, or it is another log. It stays so until a person has
 *   decided.
 * - `partition_unread`: `availableNow` has done its share, and nothing reads the rest.
 * - `handler_failed`: the batch handler threw; the batch stays planned.
 * - `source_failed`: the source gave up.
 * - `store_unavailable`: the object store did not answer for too long.
 * - `store_refused`: the object store will not do it until something is changed: keys, permissions, a full disk.
 */
export type QueryErrorCode =
  | 'settings'
  | 'checkpoint_damaged'
  | 'checkpoint_newer'
  | 'checkpoint_older'
  | 'checkpoint_mismatch'
  | 'results_mismatch'
  | 'data_loss'
  | 'partition_unread'
  | 'handler_failed'
  | 'source_failed'
  | 'store_unavailable'
  | 'store_refused';

/** Why a query does not start, or stopped. The message says what was expected, what was found and what to do. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly code: QueryErrorCode;

  constructor(code: QueryErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
