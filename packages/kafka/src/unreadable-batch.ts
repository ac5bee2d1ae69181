import { KafkaError } from './kafka-error.ts';

/** What is wrong with a record batch, as a clause. */
export class BatchDamage extends Error {
  override readonly name: string = 'BatchDamage';
}

/** Compressed data that holds more than it may. */
export class BatchTooLarge extends BatchDamage {
  override readonly name = 'BatchTooLarge';

  constructor(mostBytes: number) {
    super(`it decompresses to more than ${mostBytes} bytes, the most that KAFKA_MAX_BATCH_BYTES allows`);
  }
}

/** Offsets of one record batch, both included. */
export interface BatchPlace {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: string;
  readonly lastOffset: string;
}

/** Stops the reading of a log at a record batch that can't be what its producer meant. `problem` is a clause. */
export function unreadableBatch(place: BatchPlace, problem: string): KafkaError {
  const { topic, partition, firstOffset, lastOffset } = place;
  const next = BigInt(lastOffset) + 1n;
  return new KafkaError(
    'unreadable_batch',
    `The record batch at offsets ${firstOffset} to ${lastOffset} of ${topic}, partition ${partition}, can't be read: ` +
      `${problem}. Nothing of it was delivered; what comes before it can still be read. Find out which producer wrote it. ` +
      'To go on, write it off as one dead letter (KAFKA_UNREADABLE_BATCHES=dead-letter), or delete the records before ' +
      `offset ${next} of this partition (rpk topic trim-prefix ${topic} --partitions ${partition} --offset ${next}, ` +
      'or kafka-delete-records.sh) and accept their loss.',
  );
}
