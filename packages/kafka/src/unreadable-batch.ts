import { KafkaError } from './kafka-error.ts';

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
      `${problem}. Nothing of it was delivered, and everything before it can still be. Find out which producer wrote it; ` +
      `then go on after it by deleting the records before offset ${next} of this partition ` +
      `(rpk topic trim-prefix ${topic} --partitions ${partition} --offset ${next}, or kafka-delete-records.sh), ` +
      'and by accepting that they are lost, as README says of FAIL_ON_DATA_LOSS.',
  );
}
