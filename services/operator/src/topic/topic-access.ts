import type { GroupMember, TransactionalTopic } from '@client-tickets/kafka';
import type { FindOffsetsAt, PartitionOffsets } from '@client-tickets/micro-batch';
import type { RecordsRead, Windows } from './read-records.ts';

/** What the brokers know of the topic. */
export interface TopicOffsets {
  /** Both ends of every partition, as they are now. Rejects when the brokers do not answer. */
  read(): Promise<ReadonlyMap<number, PartitionOffsets>>;
}

/** The topic and its brokers. Nothing is connected to before it is asked. Closed when the command has ended. */
export interface TopicAccess {
  readonly offsets: TopicOffsets;
  /** Where the first record of this time or later is in each partition; those without one are left out. */
  readonly findOffsetsAt: FindOffsetsAt;
  /** What the log holds of some ranges. */
  readRecords(windows: Windows): Promise<RecordsRead>;
  /** Who reads the topic as a member of the consumers' group right now. Rejects when the brokers do not answer. */
  listGroupMembers(): Promise<readonly GroupMember[]>;
  /** `name`: of the one writer that may be active; opening it ends the one before. */
  openRequeue(name: string): Promise<TransactionalTopic>;
  close(): Promise<void>;
}
