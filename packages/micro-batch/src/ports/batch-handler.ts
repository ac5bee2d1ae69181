import type { OffsetRange } from './offset-range.ts';
import type { RecordList } from './record-list.ts';

/** Offsets of one partition that make one micro-batch. */
export interface BatchRange extends OffsetRange {
  readonly topic: string;
  readonly partition: number;
}

/** The records of one partition's micro-batch: all that the log holds of its range. */
export interface MicroBatch extends BatchRange {
  readonly records: RecordList;
}

export interface ResultFile {
  /** Relative to the results location. */
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** Named counters of a batch: `{ ticket_count_by_type: { BILLING: 12 } }`. */
export type Observations = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface HandledBatch<State> {
  readonly files: readonly ResultFile[];
  /** The aggregation over the whole partition up to the batch's end. */
  readonly state: State;
  /** Records that became rows, and records that became dead letters: together all records of the batch. */
  readonly rows: number;
  readonly deadLetters: number;
  /** Of this batch alone, for progress. */
  readonly observations: Observations;
  /**
   * Called when nobody will look at the bodies of the files again, as all are stored or none will be, so that the handler may
   * use their memory for another batch. Not called after a failure: an attempt to store may still be under way.
   */
  readonly release?: () => void;
}

/**
 * What a query does with a batch. **Pure**: files and state depend on the arguments alone (no clock, no randomness, no
 * instance name), because any consumer may execute the same plan again and must write the same bytes to the same keys.
 */
export interface BatchHandler<State> {
  /** Changes whenever the same records would give other files or another state; a checkpoint of another version is refused. */
  readonly version: string;
  /** What else decides the bytes written, for instance `{ formats: 'json,parquet' }`; kept in `query.json` and held to. */
  readonly settings: Readonly<Record<string, string>>;
  readonly initialState: State;
  /** Reads a state back from JSON. Throws an `Error` that says what is wrong with it. */
  parseState(value: unknown): State;
  /** Every key that `handle` may write for this range. */
  fileKeys(range: BatchRange): readonly string[];
  /** Prefixes of the keys that `handle` writes for any batch of this partition, and for no other partition. */
  partitionPrefixes(partition: number): readonly string[];
  /**
   * Of one partition one batch after the other; the next may begin while files of the last are being stored, and is then
   * dropped if those don't become the committed batch.
   */
  handle(batch: MicroBatch, state: State): HandledBatch<State> | Promise<HandledBatch<State>>;
}
