/**
 * - `no-such-topic`: no log of this name in the folder; a writer creates it.
 * - `locked`: another writer has the log.
 * - `corrupt`: bytes that were acknowledged are no longer what was written; nothing has been changed.
 * - `refused`: the call asks for something that this log can't do.
 * - `failed`: the disk failed under the writer. What was not acknowledged may be there or not; open the log again.
 * - `closed`: the writer is closed.
 * - `not-owned`: the partition belongs to another reader of the group now.
 */
export type EmbeddedLogErrorCode =
  'no-such-topic' | 'locked' | 'corrupt' | 'refused' | 'failed' | 'closed' | 'not-owned';

export class EmbeddedLogError extends Error {
  override readonly name = 'EmbeddedLogError';
  readonly code: EmbeddedLogErrorCode;

  constructor(code: EmbeddedLogErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
