import type { Admin } from 'kafkajs';
import { createTopic, deleteTopics, patientKafka, poll, untilEachBrokerSays } from '@client-tickets/testkit';

const REPLICAS = 3;
const DEADLINE_MS = 90_000;
const OFFSETS_TOPIC = '__consumer_offsets';

/** What faults ask the brokers, and what is cleaned up after a run. */
export interface Cluster {
  createTopic(topic: string, partitions: number): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  /** Deletes a topic and has it made again, by this call or by a faster consumer. Resolves when its replicas are in sync. */
  recreateTopic(topic: string, partitions: number): Promise<void>;
  /** The broker that leads a partition. */
  leaderOf(topic: string, partition: number): Promise<number>;
  coordinatorOf(group: string): Promise<number>;
  /** Resolves once each partition has all its replicas in sync. */
  replicated(topic: string): Promise<void>;
}

export function createCluster(brokers: readonly string[]): Cluster {
  /** One each time: a client of kafkajs goes on asking for topics that were deleted meanwhile. */
  async function ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = patientKafka(brokers).admin();
    await admin.connect();
    try {
      return await question(admin);
    } finally {
      await admin.disconnect();
    }
  }

  const partitionsOf = async (topic: string) => {
    const { topics } = await ask((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    return topics.find(({ name }) => name === topic)?.partitions ?? [];
  };
  const leaderOf = async (topic: string, partition: number): Promise<number> => {
    const found = (await partitionsOf(topic)).find(({ partitionId }) => partitionId === partition);
    if (found === undefined || found.leader < 1) throw new Error(`${topic}/${partition} has no leader`);
    return found.leader;
  };
  const idOf = async (topic: string): Promise<string | undefined> => {
    const { topics } = await ask((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    return topics.find(({ name }) => name === topic)?.topicId;
  };
  const replicated = (topic: string): Promise<void> =>
    untilEachBrokerSays(
      'replicas in sync',
      topic,
      ({ partitions }) => partitions.length > 0 && partitions.every(({ isr }) => isr.length === REPLICAS),
      brokers,
    );
  return {
    createTopic: (topic, numPartitions) =>
      createTopic({ topic, numPartitions, replicationFactor: REPLICAS }, brokers),
    deleteTopic: (topic) => deleteTopics([topic], brokers),
    leaderOf,
    coordinatorOf: async (group) => {
      const partitions = await partitionsOf(OFFSETS_TOPIC);
      return leaderOf(OFFSETS_TOPIC, coordinatorPartition(group, partitions.length));
    },
    recreateTopic: async (topic, partitions) => {
      const former = await idOf(topic);
      await deleteTopics([topic], brokers);
      await poll(`${topic} made again`, DEADLINE_MS, async () => {
        const wanted = { topic, numPartitions: partitions, replicationFactor: REPLICAS };
        await ask((admin) => admin.createTopics({ topics: [wanted], waitForLeaders: false })).catch(
          () => false,
        );
        const id = await idOf(topic).catch(() => undefined);
        return id !== undefined && id !== former;
      });
      await untilEachBrokerSays('the next log', topic, ({ topicId }) => topicId !== former, brokers);
      await replicated(topic);
    },
    replicated,
  };
}

/** Which partition of the offsets topic keeps a group, as the brokers reckon it: its leader is the group's coordinator. */
export function coordinatorPartition(group: string, partitions: number): number {
  let hash = 0;
  for (let index = 0; index < group.length; index += 1)
    hash = (Math.imul(hash, 31) + group.charCodeAt(index)) | 0;
  return (hash & 0x7fff_ffff) % partitions;
}
