import { randomUUID } from 'node:crypto';
import {
  createKafkaSource,
  listGroupMembers,
  openTransactionalTopic,
  type TopicClientOptions,
} from '@client-tickets/kafka';
import { readRecords } from './read-records.ts';
import type { TopicAccess } from './topic-access.ts';

/** A person waits for the answer, and can ask again. */
const OFFSETS_TIMEOUT_MS = 3_000;
const READ_TIMEOUT_MS = 30_000;
const REQUEUE_ID_HEADER = 'requeue-id';

export function createKafkaTopicAccess(
  options: TopicClientOptions & { readonly groupId: string },
): TopicAccess {
  // Never started, so it joins no group; it knows how to ask for offsets while leaders move.
  const source = createKafkaSource({ ...options, offsetsTimeoutMs: OFFSETS_TIMEOUT_MS });
  const readOffsets = async () => await source.fetchOffsets(await source.listPartitions());
  return {
    offsets: { read: readOffsets },
    findOffsetsAt: async (timestamp) => source.fetchOffsetsAt(timestamp, await source.listPartitions()),
    readRecords: (windows) => {
      const groupId = `${options.groupId}-verify-${randomUUID()}`;
      // A batch that was written off stands in the results as one dead letter, and must not keep the others from being compared.
      const reader = createKafkaSource({ ...options, groupId, unreadableBatches: 'dead-letter' });
      return readRecords(reader, windows, { clock: options.clock, timeoutMs: READ_TIMEOUT_MS });
    },
    listGroupMembers: () => listGroupMembers(options),
    openRequeue: (transactionalId) =>
      openTransactionalTopic({ ...options, transactionalId, idHeader: REQUEUE_ID_HEADER, readOffsets }),
    close: () => source.stop(),
  };
}
