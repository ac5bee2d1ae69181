import type { ObjectStore, Upload, UploadOptions } from './object-store.ts';
import type { OffsetRange } from './offset-range.ts';
import type { RecordList } from './record-list.ts';

/** Offsets of one partition. */
export interface BatchRange extends OffsetRange {
  readonly topic: string;
  readonly partition: number;
}

/** Records of one partition: all that the log holds of their range. */
export interface MicroBatch extends BatchRange {
  readonly records: RecordList;
}

/** Named counters of a batch: `{ ticket_count_by_type: { BILLING: 12 } }`. */
export type Observations = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface HandledBatch<State> {
  /** The aggregation over the whole partition up to the batch's end. */
  readonly state: State;
  /** Records that became rows, and records that became dead letters: together all records of the batch. */
  readonly rows: number;
  readonly deadLetters: number;
  /** Of this batch alone, for progress. */
  readonly observations: Observations;
  /** The same, where records are counted by the time of what they tell. */
  readonly events?: EventTimes;
}

/** When the events of a batch were. Times in milliseconds since the epoch. */
export interface EventTimes {
  /** How many, and their times; without any, `min` is `Infinity` and `max` is `-Infinity`. */
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  /** After the batch; `undefined`: there is none yet. */
  readonly watermark: number | undefined;
  /** Events that came after their window was closed. */
  readonly late: number;
  /** Windows that were closed before their time, as too many were open. */
  readonly forced: number;
}

/** What a state tells of event time. */
export interface EventTimeStatus {
  /** In milliseconds since the epoch; `undefined`: there is none yet. */
  readonly watermark: number | undefined;
  readonly openWindows: number;
  /** As `EventTimes` has it, since the partition's first offset. */
  readonly late: number;
  readonly forced: number;
}

export interface FinishedFiles<State> {
  /** Keys relative to the results location, and sizes in bytes. */
  readonly files: readonly { readonly key: string; readonly size: number }[];
  /** What they hold together. */
  readonly rows: number;
  readonly deadLetters: number;
  /** The aggregation over all files of the partition up to the end of these. */
  readonly state: State;
}

export interface FilesStart {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: bigint;
  /** Begins a file that no reader can see before it is complete. */
  readonly beginUpload: (options: Omit<UploadOptions, 'owner'>) => Upload;
}

/**
 * Files that are being filled with the records of one partition, from one offset on. Each call is made after the one before it has
 * settled; after a rejection only `abort` is called.
 */
export interface OpenFiles<State> {
  /** How large the largest of its files has become, in bytes. */
  readonly bytes: number;
  /** Adds records that follow those which were added. `state`: the aggregation over everything before them. */
  add(batch: MicroBatch, state: State): Promise<HandledBatch<State>>;
  /**
   * Makes the files visible, each whole. `state`: the aggregation over all files before them. `counted`: that over everything counted up
   * to their end, which is more where records were lost after they were counted. Records that follow are added to it: what decides
   * about them (a watermark, say) must be in the state of the files as it is there.
   */
  finish(endOffset: bigint, state: State, counted: State): Promise<FinishedFiles<State>>;
  /** Throws them away. Never rejects. */
  abort(): Promise<void>;
}

/** What a state may be changed for between two records. */
export interface Situation<State> {
  /** What is counted of the other partitions, the initial state where that is nothing. */
  readonly others: readonly State[];
  /** Everything in the log is counted, and nothing has come for a while. */
  readonly isIdle: boolean;
}

/**
 * What a query does with records. **State is a fold over them, and keys and bytes of files follow from the records and the range
 * alone** (no clock, no randomness, no name of an instance). How records are cut into batches must make no difference to either: any
 * consumer may fill the same range again, in other pieces, and must make the same files. What neither a record nor a reader will need
 * may be left out of a state at any time; `finish` leaves out what `counted` lacks for that reason.
 */
export interface BatchHandler<State> {
  /** Changes whenever the same records would give other files or another state; a checkpoint of another version is refused. */
  readonly version: string;
  /** What else decides the bytes written, for instance `{ formats: 'json,parquet' }`; kept in `query.json` and held to. */
  readonly settings: Readonly<Record<string, string>>;
  readonly initialState: State;
  /**
   * What a partition begins with that has no checkpoint, where results of others decide about it: it may have been added to the topic.
   * Default: `initialState`. Rejects as the store does. The first swap decides, so consumers may be told different things.
   */
  firstState?(results: Pick<ObjectStore, 'list'>): Promise<State>;
  /** Reads a state back from JSON. Throws an `Error` that says what is wrong with it. */
  parseState(value: unknown): State;
  /** Every key that the files of this range may have. */
  fileKeys(range: BatchRange): readonly string[];
  /** Prefixes of the keys of all files of this partition, and of no other partition. */
  partitionPrefixes(partition: number): readonly string[];
  /**
   * What a state becomes between two records: the same object where it stays. Called now and then for partitions whose files hold all
   * that is counted, and kept by a swap of its own, so that every consumer finds the change at the same place.
   */
  advance?(state: State, situation: Situation<State>): State;
  /** What a state tells of event time, where the query counts by it. */
  eventTimeOf?(state: State): EventTimeStatus | undefined;
  /** Several may be open at once; nothing is written before there is something to write. */
  openFiles(start: FilesStart): OpenFiles<State>;
}
