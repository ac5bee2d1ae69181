/** One message of a partitioned log. `timestamp` is in milliseconds since the epoch. */
export interface SourceRecord {
  readonly offset: bigint;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}
