/** How far a partition has come: everything before `endOffset` is in `state`, everything before `storedOffset` in files. */
export interface CountedState<State> {
  readonly endOffset: bigint;
  readonly storedOffset: bigint;
  readonly state: State;
}

/** The counted state of all partitions, those of other consumers too. */
export interface CountedStates<State> {
  /**
   * As far as this consumer knows: its own partitions as it left them, the others read from their checkpoints after the
   * call. Partitions that have no checkpoint yet are missing.
   */
  read(): Promise<ReadonlyMap<number, CountedState<State>>>;
  /** All partitions of the topic, those without a checkpoint too; as they were a second ago at most, or `now`. */
  listPartitions(when?: 'now'): Promise<readonly number[]>;
  /** Every partition read from its checkpoint again, after the call. */
  refresh(): Promise<ReadonlyMap<number, CountedState<State>>>;
}

/**
 * Makes the merged state of all partitions visible to readers.
 *
 * Contract: several consumers publish at once, and some are late; what readers see never goes backwards. A rejection
 * with `ObjectStoreError` `unavailable` is tried again by the engine.
 */
export interface ResultPublisher<State> {
  publish(states: CountedStates<State>, options?: PublishOptions): Promise<void>;
}

export interface PublishOptions {
  /**
   * The next trigger has something to do at once and publishes again, without this within a second or when all is read, so what readers
   * can do without until then may be left out. In a pause that is done at once, and after a crash when the query goes on. Default: `false`.
   */
  readonly moreFollows?: boolean;
}
