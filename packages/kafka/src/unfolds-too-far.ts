/** Compressed data that holds more than it may. The message is a clause, as of what is wrong with a record batch. */
export class UnfoldsTooFar extends Error {
  override readonly name = 'UnfoldsTooFar';

  constructor(mostBytes: number) {
    super(`it unfolds to more than ${mostBytes} bytes, the most that KAFKA_MAX_BATCH_BYTES allows`);
  }
}
