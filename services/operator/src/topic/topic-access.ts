import type { TopicOffsets } from './topic-offsets.ts';
import type { RequeueTopic } from './requeue-topic.ts';

/** A member of the consumers' group. */
export interface GroupMember {
  readonly clientId: string;
  readonly host: string;
}

/** The topic and its brokers. Nothing is connected to before it is asked. Closed when the command has ended. */
export interface TopicAccess {
  readonly offsets: TopicOffsets;
  /** Who reads the topic as a member of the consumers' group right now. Rejects when the brokers do not answer. */
  listGroupMembers(): Promise<readonly GroupMember[]>;
  /** `name`: of the one writer that may be active; whoever opens it ends the one before. */
  openRequeue(name: string): Promise<RequeueTopic>;
  close(): Promise<void>;
}
