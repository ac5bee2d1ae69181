import { randomUUID } from 'node:crypto';
import type { PartitionOffsets, RecordPosition } from '@client-tickets/micro-batch';
import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';
import { findByHeader, type SearchRange } from './header-search.ts';
import { createKafkaClient, type TopicClientOptions } from './kafka-connection.ts';
import type { IdentifiedRecord, TransactionalTopic } from './transactional-topic.ts';

const RETRIES = 20;
const REQUEST_TIMEOUT_MS = 15_000;
const TRANSACTION_TIMEOUT_MS = 60_000;

export interface TransactionalTopicOptions extends TopicClientOptions {
  readonly transactionalId: string;
  /** Carries the id of each record. */
  readonly idHeader: string;
  /** Both ends of every partition, as they are now. */
  readonly readOffsets: () => Promise<ReadonlyMap<number, PartitionOffsets>>;
}

/**
 * The topic through a transactional producer. Its transactional id makes it the only one: getting a producer id for it
 * fences the one that had it before, and ends that one's open transaction, by an abort unless its commit was decided already.
 */
export async function openTransactionalTopic(
  options: TransactionalTopicOptions,
): Promise<TransactionalTopic> {
  const { topic, transactionalId, idHeader, readOffsets } = options;
  const client = createKafkaClient({ ...options, requestTimeoutMs: REQUEST_TIMEOUT_MS, retries: RETRIES });
  const producer = client.kafka.producer({
    transactionalId,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    maxInFlightRequests: 1,
    idempotent: true,
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  const close = async (): Promise<void> => {
    try {
      await producer.disconnect();
    } finally {
      client.destroy();
    }
  };
  try {
    await producer.connect();
    await (await producer.transaction()).abort(); // takes the producer id; there is nothing to abort
  } catch (error) {
    await close();
    throw error;
  }
  return {
    find: async (ids, from) => {
      const starts = searchStarts(await readOffsets(), from);
      const ends = await writeBarriers(producer, topic, [...starts.keys()]);
      const ranges = new Map(
        [...starts].map(([partition, start]) => [partition, { start, end: ends.get(partition) ?? start }]),
      );
      return search(client.kafka, { topic, groupPrefix: transactionalId, header: idHeader, ids, ranges });
    },
    send: (records) => sendAll(producer, topic, idHeader, records),
    close,
  };
}

/** Where to begin in each partition; those that were added to the topic since are searched as a whole. */
function searchStarts(
  log: ReadonlyMap<number, PartitionOffsets>,
  from: ReadonlyMap<number, bigint>,
): ReadonlyMap<number, bigint> {
  const starts = new Map<number, bigint>();
  for (const [partition, { earliest, latest }] of log) {
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
 * A record in each partition that no reader gets to see, because its transaction is aborted. Everything that an earlier
 * writer can have written lies before it. The log's end would not do: what readers see of it may end before, at a
 * transaction of another program that is still open.
 */
async function writeBarriers(
  producer: Producer,
  topic: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, bigint>> {
  const transaction = await producer.transaction();
  const ends = new Map<number, bigint>();
  for (const partition of partitions) {
    const message = { partition, key: 'search-barrier', value: null };
    const [answer] = await transaction.send({ topic, acks: -1, messages: [message] });
    ends.set(partition, BigInt(answer?.baseOffset ?? 0));
  }
  await transaction.abort();
  return ends;
}

async function sendAll(
  producer: Producer,
  topic: string,
  idHeader: string,
  records: readonly IdentifiedRecord[],
): Promise<readonly RecordPosition[]> {
  const toMessage = ({ id, key, value, headers }: IdentifiedRecord): Message => ({
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: { ...headers, [idHeader]: id },
  });
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

async function search(
  kafka: Kafka,
  options: {
    readonly topic: string;
    readonly groupPrefix: string;
    readonly header: string;
    readonly ids: ReadonlySet<string>;
    readonly ranges: ReadonlyMap<number, SearchRange>;
  },
): Promise<ReadonlyMap<string, RecordPosition>> {
  const { topic, groupPrefix, header, ids, ranges } = options;
  const found = new Map<string, RecordPosition>();
  await findByHeader({
    kafka,
    topic,
    groupId: `${groupPrefix}-search-${randomUUID()}`,
    ranges,
    header,
    onFound: (id, position) => {
      if (ids.has(id)) found.set(id, position);
    },
  });
  return found;
}
