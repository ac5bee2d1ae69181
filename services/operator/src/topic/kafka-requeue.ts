import { randomUUID } from 'node:crypto';
import type { KafkaConnection } from '@client-tickets/kafka';
import type { Logger } from '@client-tickets/micro-batch';
import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';
import { createKafka } from './kafka-clients.ts';
import { findByHeader } from './kafka-header-search.ts';
import {
  REQUEUE_ID_HEADER,
  type OutgoingRecord,
  type RecordPosition,
  type RequeueTopic,
} from './requeue-topic.ts';
import type { TopicOffsets } from './topic-offsets.ts';

const RETRIES = 20;
const TRANSACTION_TIMEOUT_MS = 60_000;

/**
 * The topic through a transactional producer. Its transactional id makes it the only one: getting a producer id for it
 * fences whoever had it before, and ends that one's open transaction, by an abort unless its commit was decided already.
 */
export async function openKafkaRequeue(options: {
  readonly connection: KafkaConnection;
  readonly topic: string;
  /** The transactional id. */
  readonly name: string;
  readonly logger: Logger;
  readonly offsets: TopicOffsets;
}): Promise<RequeueTopic> {
  const { connection, topic, name, logger, offsets } = options;
  const kafka = createKafka(connection, logger, RETRIES);
  const producer = kafka.producer({
    transactionalId: name,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    maxInFlightRequests: 1,
    idempotent: true,
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  try {
    await producer.connect();
    await (await producer.transaction()).abort(); // takes the producer id; there is nothing to abort
  } catch (error) {
    await producer.disconnect();
    throw error;
  }
  return {
    find: async (requeueIds, from) => {
      const starts = await searchStarts(offsets, from);
      const ends = await writeBarriers(producer, topic, [...starts.keys()]);
      const ranges = new Map(
        [...starts].map(([partition, start]) => [partition, { start, end: ends.get(partition) ?? start }]),
      );
      return search(kafka, topic, name, requeueIds, ranges);
    },
    send: (records) => sendAll(producer, topic, records),
    close: () => producer.disconnect(),
  };
}

/** Where to begin in each partition; those that were added to the topic since are searched as a whole. */
async function searchStarts(
  offsets: TopicOffsets,
  from: ReadonlyMap<number, bigint>,
): Promise<ReadonlyMap<number, bigint>> {
  const starts = new Map<number, bigint>();
  for (const [partition, { earliest, latest }] of await offsets.read()) {
    const start = from.get(partition) ?? earliest;
    if (start < earliest || start > latest) {
      throw new RangeError(
        `partition ${partition} holds offsets ${earliest} to ${latest}, but the search has to begin at ${start}`,
      );
    }
    starts.set(partition, start);
  }
  return starts;
}

/**
 * A record in each partition that nobody gets to see, because its transaction is aborted. Everything that an earlier writer
 * can have written lies before it. The log's end would not do: what readers see of it may end before, at a transaction
 * of somebody else that is still open.
 */
async function writeBarriers(
  producer: Producer,
  topic: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, bigint>> {
  const transaction = await producer.transaction();
  const ends = new Map<number, bigint>();
  for (const partition of partitions) {
    const message = { partition, key: 'requeue-barrier', value: null };
    const [answer] = await transaction.send({ topic, acks: -1, messages: [message] });
    ends.set(partition, BigInt(answer?.baseOffset ?? 0));
  }
  await transaction.abort();
  return ends;
}

async function sendAll(
  producer: Producer,
  topic: string,
  records: readonly OutgoingRecord[],
): Promise<readonly RecordPosition[]> {
  const transaction = await producer.transaction();
  const positions: RecordPosition[] = [];
  try {
    for (const record of records) {
      const [answer] = await transaction.send({ topic, acks: -1, messages: [toMessage(record)] });
      if (answer?.baseOffset === undefined) throw new Error('the broker did not say where the record is');
      positions.push({ partition: answer.partition, offset: BigInt(answer.baseOffset) });
    }
  } catch (error) {
    await transaction.abort();
    throw error;
  }
  await transaction.commit();
  return positions;
}

function toMessage({ requeueId, key, value, headers }: OutgoingRecord): Message {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: { ...headers, [REQUEUE_ID_HEADER]: requeueId },
  };
}

async function search(
  kafka: Kafka,
  topic: string,
  name: string,
  requeueIds: ReadonlySet<string>,
  ranges: ReadonlyMap<number, { readonly start: bigint; readonly end: bigint }>,
): Promise<ReadonlyMap<string, RecordPosition>> {
  const found = new Map<string, RecordPosition>();
  const groupId = `${name}-search-${randomUUID()}`;
  await findByHeader({
    kafka,
    topic,
    groupId,
    ranges,
    header: REQUEUE_ID_HEADER,
    onFound: (id, position) => {
      if (requeueIds.has(id)) found.set(id, position);
    },
  });
  return found;
}
