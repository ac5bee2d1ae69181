/** One message of a partitioned log. `timestamp` is in milliseconds since the epoch. */
export interface SourceRecord {
  readonly offset: bigint;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Why it could not be read, if so: it has no key and no value then, and becomes a dead letter with this reason. */
  readonly problem?: string;
}

/** Where a record is in its topic. */
export interface RecordPosition {
  readonly partition: number;
  readonly offset: bigint;
}
