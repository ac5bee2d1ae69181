import type { RecordPosition } from '@client-tickets/micro-batch';

/** A record to be sent, which can be found again by its id. */
export interface IdentifiedRecord {
  /** Goes into the header that was given when the topic was opened. */
  readonly id: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A topic for one writer at a time. A caller sends each record exactly once by this contract:
 *
 * - Once the topic is open, nothing that an earlier writer had under way can still appear.
 * - What `send` is given appears as a whole when it has resolved; after a rejection as a whole or not at all, and the next
 *   one to open the topic finds out which with `find`.
 */
export interface TransactionalTopic {
  /**
   * Where the records with these ids are, at or after `from` in each partition, up to all that any earlier writer can have
   * written. Rejects with a `RangeError` when the log does not reach back to `from`, because nothing could be said then.
   */
  find(
    ids: ReadonlySet<string>,
    from: ReadonlyMap<number, bigint>,
  ): Promise<ReadonlyMap<string, RecordPosition>>;
  /** Where each record has gone, in the same order. */
  send(records: readonly IdentifiedRecord[]): Promise<readonly RecordPosition[]>;
  close(): Promise<void>;
}
