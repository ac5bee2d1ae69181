import kafkajs, { type PartitionAssigner } from 'kafkajs';

/**
 * Deals the partitions of each topic out among the members that have subscribed to it, in turn. kafkajs's own deals all of
 * them out among all members: one that reads another topic gets partitions that it never reads. It has the name of kafkajs's
 * own, so that members with either can be in one group; the leader's decides.
 */
export const subscribedAssigner: PartitionAssigner = ({ cluster }) => ({
  name: NAME,
  version: VERSION,
  assign: async ({ members, topics }) => {
    const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;
    const subscriptions = members.map(({ memberId, memberMetadata }) => ({
      memberId,
      topics: MemberMetadata.decode(memberMetadata)?.topics ?? [],
    }));
    const partitionsOf = (topic: string): readonly number[] =>
      cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
    const assigned = dealOut(subscriptions, new Map(topics.map((topic) => [topic, partitionsOf(topic)])));
    return [...assigned].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({
        version: VERSION,
        assignment: Object.fromEntries(assignment),
        userData: Buffer.alloc(0),
      }),
    }));
  },
  protocol: ({ topics }) => ({
    name: NAME,
    metadata: kafkajs.AssignerProtocol.MemberMetadata.encode({
      version: VERSION,
      topics,
      userData: Buffer.alloc(0),
    }),
  }),
});

const NAME = 'RoundRobinAssigner';
const VERSION = 0;

export interface Subscription {
  readonly memberId: string;
  readonly topics: readonly string[];
}

/** By member, and by topic then. Members are taken in the order of their names, whatever order the broker has. */
export function dealOut(
  members: readonly Subscription[],
  topics: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<string, ReadonlyMap<string, number[]>> {
  const sorted = members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const assigned = new Map(sorted.map(({ memberId }) => [memberId, new Map<string, number[]>()]));
  for (const [topic, partitions] of topics) {
    const readers = sorted.filter((member) => member.topics.includes(topic));
    for (const [turn, partition] of partitions.entries()) {
      const own = assigned.get(readers[turn % readers.length]?.memberId ?? '');
      if (own !== undefined) own.set(topic, [...(own.get(topic) ?? []), partition]);
    }
  }
  return assigned;
}
