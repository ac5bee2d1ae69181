import { createKafkaSource, type KafkaConnection } from '@client-tickets/kafka';
import type { Clock, Logger } from '@client-tickets/micro-batch';
import { createKafka } from './kafka-clients.ts';
import { openKafkaRequeue } from './kafka-requeue.ts';
import type { TopicAccess } from './topic-access.ts';

export interface KafkaTopicOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly groupId: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** A person waits for the answer, and can ask again. */
const OFFSETS_TIMEOUT_MS = 3_000;
const RETRIES = 3;

export function createKafkaTopicAccess(options: KafkaTopicOptions): TopicAccess {
  const { connection, topic, groupId, logger } = options;
  // Never started, so it joins no group; it knows how to ask for offsets while leaders move.
  const source = createKafkaSource({ ...options, offsetsTimeoutMs: OFFSETS_TIMEOUT_MS });
  const offsets = {
    read: async () => await source.fetchOffsets(await source.listPartitions()),
  };
  return {
    offsets,
    listGroupMembers: async () => {
      const admin = createKafka(connection, logger, RETRIES).admin();
      try {
        await admin.connect();
        const { groups } = await admin.describeGroups([groupId]);
        return groups.flatMap(({ members }) =>
          members.map(({ clientId, clientHost }) => ({ clientId, host: clientHost.replace(/^\//, '') })),
        );
      } finally {
        await admin.disconnect();
      }
    },
    openRequeue: (name) => openKafkaRequeue({ connection, topic, name, logger, offsets }),
    close: () => source.stop(),
  };
}
