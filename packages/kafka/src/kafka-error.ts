/**
 * - `unavailable`: the brokers do not answer, or not in time. Worth trying later.
 * - `refused`: authentication, authorization or TLS; works once an operator changes something.
 * - `topic_missing`: there is no such topic.
 * - `too_few_brokers`: a topic can't have as many replicas as was asked for.
 * - `group_moved_on`: the consumer does not own the partitions any more; normal while a group rebalances.
 * - `unreadable_batch`: a record batch in the log is not what the protocol says; nothing at or behind it was delivered.
 * - `unsupported`: this Node.js can't do it.
 * - `failed`: keeps failing for a reason that time has not healed.
 */
export type KafkaErrorCode =
  | 'unavailable'
  | 'refused'
  | 'topic_missing'
  | 'too_few_brokers'
  | 'group_moved_on'
  | 'unreadable_batch'
  | 'unsupported'
  | 'failed';

/** Every rejection of this package. The message says what was expected, what was found and what to do. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  readonly code: KafkaErrorCode;

  constructor(code: KafkaErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
