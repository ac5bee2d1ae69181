import type { IHeaders, Kafka } from 'kafkajs';
import type { RecordPosition } from '@client-tickets/micro-batch';

const TIMEOUT_MS = 60_000;

/** From `start` until everything up to and with `end` has been read. */
export interface SearchRange {
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * Reads ranges of a topic, committed records only, and reports each record that has the header. Joins a group of its own,
 * which is deleted at the end, because kafkajs can't read otherwise. Rejects when it takes longer than a minute: another
 * writer's transaction may be open that long.
 */
export async function findByHeader(options: {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly groupId: string;
  readonly ranges: ReadonlyMap<number, SearchRange>;
  readonly header: string;
  readonly onFound: (value: string, position: RecordPosition) => void;
}): Promise<void> {
  const { kafka, topic, groupId, ranges, header, onFound } = options;
  const left = new Set(ranges.keys());
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 200 });
  const done = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new Error(`${topic} could not be searched within ${TIMEOUT_MS / 1_000} s; a transaction may be open`),
      );
    }, TIMEOUT_MS);
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const [partition, { start }] of ranges) consumer.seek({ topic, partition, offset: String(start) });
    });
    // Said of every batch, also of one that holds nothing but markers and aborted records.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) =>
      pass(payload.partition, BigInt(payload.lastOffset)),
    );
    consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) pass(payload.partition, BigInt(payload.lastOffset));
    });
    const pass = (partition: number, offset: bigint): void => {
      if (offset >= (ranges.get(partition)?.end ?? 0n)) left.delete(partition);
      if (left.size > 0) return;
      clearTimeout(timer);
      resolve();
    };
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const range = ranges.get(batch.partition);
        for (const { offset, headers } of batch.messages) {
          const value = readHeader(headers, header);
          const position = { partition: batch.partition, offset: BigInt(offset) };
          if (value !== undefined && range !== undefined && position.offset >= range.start)
            onFound(value, position);
        }
      },
    });
    await done;
  } finally {
    await consumer.disconnect();
    await deleteGroup(kafka, groupId);
  }
}

function readHeader(headers: IHeaders | undefined, name: string): string | undefined {
  const value = headers?.[name];
  const [first] = Array.isArray(value) ? value : [value];
  return first === undefined ? undefined : first.toString();
}

async function deleteGroup(kafka: Kafka, groupId: string): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } finally {
    await admin.disconnect();
  }
}
