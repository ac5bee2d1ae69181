/** A record to be sent back to the topic. */
export interface OutgoingRecord {
  /** Of this one sending of one dead letter; goes into the header `requeue-id`. */
  readonly requeueId: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RecordPosition {
  readonly partition: number;
  readonly offset: bigint;
}

/**
 * The topic, for one writer at a time. "Exactly once" rests on this contract:
 *
 * - Once the topic is open, nothing that an earlier writer had under way can still appear.
 * - What `send` is given appears as a whole when it has resolved; after a rejection as a whole or not at all, and whoever
 *   opens the topic next finds out which with `find`.
 */
export interface RequeueTopic {
  /**
   * Where the records with these ids are, at or after `from` in each partition, up to all that any earlier writer can have
   * written. Rejects with a `RangeError` when the log does not reach back to `from`, because nothing could be said then.
   */
  find(
    requeueIds: ReadonlySet<string>,
    from: ReadonlyMap<number, bigint>,
  ): Promise<ReadonlyMap<string, RecordPosition>>;
  /** Where each record has gone, in the same order. */
  send(records: readonly OutgoingRecord[]): Promise<readonly RecordPosition[]>;
  close(): Promise<void>;
}

export const REQUEUE_ID_HEADER = 'requeue-id';
