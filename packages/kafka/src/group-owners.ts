import kafkajs, { type MemberDescription } from 'kafkajs';
import { createAdminSession } from './admin-session.ts';
import { describeGroup } from './describe-group.ts';
import { describeFailure } from './describe-failure.ts';
import { readFailure } from './failure.ts';
import type { TopicClientOptions } from './kafka-connection.ts';

/** Who reads what, as the group's coordinator has it. */
export interface GroupOwners {
  /**
   * The client id of each partition's reader. Partitions are missing while the group moves, and when they have no reader. One
   * question to the coordinator, repeated only while coordinators change (`describeGroup`). Rejects with a `KafkaError`.
   */
  read(): Promise<ReadonlyMap<number, string>>;
  close(): Promise<void>;
}

export function createGroupOwners(options: TopicClientOptions & { readonly groupId: string }): GroupOwners {
  const { topic, groupId, clock } = options;
  const session = createAdminSession(options);
  const closing = new AbortController();
  return {
    async read() {
      try {
        const members = await describeGroup(groupId, { session, clock, signal: closing.signal });
        return new Map(
          members.flatMap((member) =>
            partitionsOf(member, topic).map((partition) => [partition, member.clientId] as const),
          ),
        );
      } catch (error) {
        throw describeFailure(`asking who reads ${topic} in group ${groupId}`, readFailure(error), error);
      }
    },
    async close() {
      closing.abort();
      await session.close();
    },
  };
}

/** Empty before the member was given its share, and for clients that assign partitions in their own format. */
function partitionsOf({ memberAssignment }: MemberDescription, topic: string): readonly number[] {
  if (memberAssignment.length === 0) return [];
  return kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[topic] ?? [];
}
