import type { PartitionOffsets } from '@client-tickets/micro-batch';

/** What the brokers know of the topic. */
export interface TopicOffsets {
  /** Both watermarks of every partition, as they are now. Rejects when the brokers do not answer. */
  read(): Promise<ReadonlyMap<number, PartitionOffsets>>;
}
