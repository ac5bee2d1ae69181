import kafkajs, { type Admin, type IHeaders, type Kafka, type Message, type Producer } from 'kafkajs';
import { registerCodecs } from '@client-tickets/kafka';
import { createTopic, deleteTopics, patientKafka } from '@client-tickets/testkit';

const { CompressionTypes } = kafkajs;

/** Codecs that a client can write on every version of Node; zstd is for the brokers (`compression.type`). */
export const CLIENT_CODECS = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
} as const;
export type ClientCodec = keyof typeof CLIENT_CODECS;

export interface HostileMessage {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: IHeaders;
  /** Milliseconds since the epoch, as text. */
  readonly timestamp?: string;
}

/** A topic that takes anything, and what it must have let through. */
export interface HostileTopic {
  readonly topic: string;
  /** By `partition/offset`: every message that a consumer has to account for. */
  readonly sent: ReadonlyMap<string, HostileMessage>;
  /** One record batch. */
  send(partition: number, messages: readonly HostileMessage[], codec?: ClientCodec): Promise<void>;
  /** One transaction of some record batches, none of which may be seen when it is `aborted`. */
  transact(
    partition: number,
    batches: readonly (readonly HostileMessage[])[],
    end: 'committed' | 'aborted',
  ): Promise<void>;
  /** What retention does: the partition starts at its end from now on, and what was sent before is no longer counted. */
  forget(partition: number): Promise<void>;
  remove(): Promise<void>;
}

export async function createHostileTopic(options: {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly maxMessageBytes: number;
  /** What the brokers make of each batch. Default: they keep what was sent. */
  readonly compression?: 'producer' | 'zstd';
  /** Default: 3. */
  readonly partitions?: number;
}): Promise<HostileTopic> {
  registerCodecs();
  const { topic, maxMessageBytes, compression = 'producer', partitions = 3 } = options;
  const kafka = patientKafka(options.brokers);
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  const transactional = kafka.producer({
    transactionalId: topic,
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await Promise.all([admin.connect(), producer.connect(), transactional.connect()]);
  const config = {
    'max.message.bytes': String(maxMessageBytes),
    'compression.type': compression,
    'retention.ms': '-1', // some messages are of 1970
    'message.timestamp.after.max.ms': '9223372036854775807',
  };
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  await createTopic({ topic, numPartitions: partitions, replicationFactor: 3, configEntries });
  const sent = new Map<string, HostileMessage>();

  async function write(
    through: Pick<Producer, 'send'>,
    partition: number,
    messages: readonly HostileMessage[],
    codec: ClientCodec,
  ): Promise<() => void> {
    const acknowledged = await through.send({
      topic,
      messages: messages.map((message) => toKafka(message, partition)),
      compression: CLIENT_CODECS[codec],
    });
    const base = BigInt(acknowledged[0]?.baseOffset ?? -1);
    return () => {
      for (const [index, message] of messages.entries())
        sent.set(`${partition}/${base + BigInt(index)}`, message);
    };
  }

  return {
    topic,
    sent,
    send: async (partition, messages, codec = 'none') =>
      (await write(producer, partition, messages, codec))(),
    transact: async (partition, batches, end) => {
      const transaction = await transactional.transaction();
      const notes: (() => void)[] = [];
      for (const messages of batches) notes.push(await write(transaction, partition, messages, 'gzip'));
      if (end === 'aborted') return transaction.abort();
      await transaction.commit();
      for (const note of notes) note();
    },
    forget: async (partition) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      const { high = '0' } = offsets.find((each) => each.partition === partition) ?? {};
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: high }] });
      for (const place of sent.keys()) if (place.startsWith(`${partition}/`)) sent.delete(place);
    },
    remove: async () => {
      await deleteTopics([topic], options.brokers);
      await disconnect(admin, producer, transactional);
    },
  };
}

async function disconnect(
  ...clients: readonly (Admin | Producer | ReturnType<Kafka['consumer']>)[]
): Promise<void> {
  await Promise.all(clients.map((client) => client.disconnect()));
}

const toBuffer = (bytes: Uint8Array | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));

function toKafka({ key, value, headers, timestamp }: HostileMessage, partition: number): Message {
  return {
    key: toBuffer(key),
    value: toBuffer(value),
    partition,
    ...(headers === undefined ? {} : { headers }),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}
