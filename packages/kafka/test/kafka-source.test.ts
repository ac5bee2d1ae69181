import kafkajs from 'kafkajs';
import { deleteTopics, untilEachBrokerSays } from '@client-tickets/testkit';
import { describe, expect, test } from 'vitest';
import { RecordingListener } from './support/recording-listener.ts';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';
import { createTestSources } from './support/test-source.ts';

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => String(from + i));

describe.skipIf(!hasBrokers)('a Kafka source', () => {
  const real = useRealBrokers();
  const { kafka, admin, createTopic, createTopicOfOneBroker, uniqueName, produce, deleteRecordsBefore } =
    real;
  const sources = createTestSources(real);

  test('delivers nothing before a seek, and then every record from there on', async () => {
    const topic = await createTopicOfOneBroker(3);
    await produce(topic, 1, numbers(0, 10));
    const started = await sources.start({ topic });
    const { source, listener } = started;
    expect(source.description).toBe(`KafkaV2[Subscribe[${topic}]]`);
    expect(listener.assignments).toEqual([[0, 1, 2]]);

    await sources.fetchTwice(started, topic, 2);
    expect(listener.chunksOf(1)).toEqual([]);

    source.seek(1, 4n);
    await listener.until(() => listener.endOf(1) === 10n);
    expect(listener.valuesOf(1)).toEqual(numbers(4, 10));
    expect(listener.chunksOf(1)[0]).toMatchObject({ partition: 1, startOffset: 4n, endOffset: 10n });
    expect(listener.recordsOf(1)[0]).toEqual({
      offset: 4n,
      timestamp: 1_700_000_000_000,
      key: Buffer.from('CL-100'),
      value: Buffer.from('4'),
    });

    await produce(topic, 1, numbers(10, 12));
    await listener.until(() => listener.endOf(1) === 12n);
    source.seek(1, 9n);
    await listener.until(({ chunks }) =>
      chunks.some((chunk) => chunk.startOffset === 9n && chunk.endOffset === 12n),
    );
    expect(listener.chunksOf(0)).toEqual([]);
  });

  test('reads record batches of any number of records', async () => {
    const topic = await createTopic({ numPartitions: 1 });
    const producer = kafka.producer({ createPartitioner: () => () => 0 });
    await producer.connect();
    const messages = Array.from({ length: 150_000 }, () => ({ key: null, value: '' }));
    await producer.send({ topic, messages, compression: kafkajs.CompressionTypes.GZIP });
    await producer.disconnect();
    const { listener } = await sources.read({ topic });
    await listener.until(() => listener.endOf(0) === 150_000n);
    expect(listener.recordsOf(0)).toHaveLength(150_000);
  });

  test('lists partitions and knows both watermarks', async () => {
    const topic = await createTopic();
    await produce(topic, 2, numbers(0, 7));
    await deleteRecordsBefore(topic, 2, 3n);
    const source = sources.create({ topic });
    expect(await source.listPartitions()).toEqual([0, 1, 2]);
    const logId: unknown = expect.stringMatching(/^[\w-]{22}$/);
    expect(await source.fetchOffsets([0, 2])).toEqual(
      new Map([
        [0, { earliest: 0n, latest: 0n, logId }],
        [2, { earliest: 3n, latest: 7n, logId }],
      ]),
    );
    expect(await source.fetchOffsets([])).toEqual(new Map());
  });

  test('finds the first record of a time or later, and leaves partitions out that have none', async () => {
    const topic = await createTopic();
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const send = (partition: number, ...times: readonly number[]) =>
      producer.send({
        topic,
        messages: times.map((time) => ({
          value: '',
          partition,
          timestamp: String(1_700_000_000_000 + time),
        })),
      });
    await send(0, 1_000, 3_000, 2_000, 4_000); // one record batch
    await send(0, 5_000);
    await send(1, 2_500);
    await producer.disconnect();
    const source = sources.create({ topic });
    const offsetsAt = async (time: number, partitions: readonly number[] = [0, 1, 2]) =>
      Object.fromEntries(await source.fetchOffsetsAt(1_700_000_000_000 + time, partitions));
    expect(await offsetsAt(0)).toEqual({ 0: 0n, 1: 0n });
    expect(await offsetsAt(1_500)).toEqual({ 0: 1n, 1: 0n });
    expect(await offsetsAt(2_501)).toEqual({ 0: 1n });
    expect(await offsetsAt(3_001)).toEqual({ 0: 3n });
    expect(await offsetsAt(5_000, [1])).toEqual({});
    expect(await offsetsAt(5_000)).toEqual({ 0: 4n });
    expect(await offsetsAt(5_001)).toEqual({});
    await deleteRecordsBefore(topic, 0, 2n);
    expect(await offsetsAt(0)).toEqual({ 0: 2n, 1: 0n });
  });

  test('a topic that is made again gets another id, and its partitions are announced again', async () => {
    const topic = await createTopic({ numPartitions: 1 });
    await produce(topic, 0, numbers(0, 5));
    const { source, listener } = await sources.start({ topic });
    const idOf = async (): Promise<string | undefined> => (await source.fetchOffsets([0])).get(0)?.logId;
    const id = await idOf();
    expect(await idOf()).toBe(id);
    expect(listener.assignments).toEqual([[0]]);
    source.pause(0); // nothing is fetched: only the id can tell

    await deleteTopics([topic]);
    const topics = [{ topic, numPartitions: 1, replicationFactor: 3 }];
    const makeAgain = () =>
      // Not until it has leaders: asked about them, a broker that has not heard of it rejects what has been done.
      admin.createTopics({ topics, waitForLeaders: false }).catch(() => false);
    // Meanwhile a broker may have no id to say: the engine asks again with each trigger, and so does this.
    await expect
      .poll(() => makeAgain().then(idOf, () => undefined))
      .toSatisfy((now) => ![id, undefined].includes(now));
    await listener.until(({ assignments }) => assignments.length > 1);
    expect(listener.assignments.at(-1)).toEqual([0]);
    const { length } = listener.assignments;
    await untilEachBrokerSays('the next id', topic, ({ topicId }) => topicId !== id);
    await idOf();
    expect(listener.assignments).toHaveLength(length); // once
  });

  test('stops at a pause and goes on there after a resume', async () => {
    const topic = await createTopicOfOneBroker(2);
    const started = await sources.read({ topic });
    const { source, listener } = started;
    await produce(topic, 0, numbers(0, 5));
    await listener.until(() => listener.endOf(0) === 5n);
    source.pause(0);
    await produce(topic, 0, numbers(5, 10));
    await sources.fetchTwice(started, topic, 1);
    expect(listener.endOf(0)).toBe(5n);
    source.resume(0);
    await listener.until(() => listener.endOf(0) === 10n);
    expect(listener.valuesOf(0)).toEqual(numbers(0, 10));
  });

  test('a seek undoes a pause, and a resume without a seek starts nothing', async () => {
    const topic = await createTopicOfOneBroker(2);
    await produce(topic, 0, numbers(0, 3));
    const started = await sources.start({ topic });
    const { source, listener } = started;
    source.resume(0);
    await sources.fetchTwice(started, topic, 1);
    expect(listener.chunksOf(0)).toEqual([]);
    source.pause(0);
    source.seek(0, 1n);
    await listener.until(() => listener.endOf(0) === 3n);
    expect(listener.valuesOf(0)).toEqual(['1', '2']);
  });

  test('a position that the log does not hold is assigned again, once a second, and delivers nothing until it is moved', async () => {
    const topic = await createTopic();
    await produce(topic, 0, numbers(0, 10));
    await deleteRecordsBefore(topic, 0, 6n);
    const { source, listener } = await sources.start({ topic });
    source.seek(0, 2n);
    source.seek(1, 0n);
    await produce(topic, 1, ['elsewhere']);
    await listener.until(() => listener.endOf(1) === 1n);
    await produce(topic, 0, numbers(10, 12));
    for (const assignments of [2, 3]) {
      await listener.until((seen) => seen.assignments.length === assignments);
      expect(listener.assignments.at(-1)).toEqual([0, 1, 2]);
      source.seek(0, 2n);
    }
    expect(listener.chunksOf(0)).toEqual([]);
    expect(await source.fetchOffsets([0])).toEqual(
      new Map([[0, { earliest: 6n, latest: 12n, logId: expect.any(String) as unknown }]]),
    );

    source.seek(0, 6n);
    await listener.until(() => listener.endOf(0) === 12n);
    expect(listener.valuesOf(0)).toEqual(numbers(6, 12));
  });

  test('a position past the end waits for the records that come there', async () => {
    const topic = await createTopic();
    await produce(topic, 0, numbers(0, 2));
    const { source, listener } = await sources.start({ topic });
    // A broker that is behind its leader for a moment does not hold the position either: it is assigned again then.
    listener.atAssignment = () => source.seek(0, 4n);
    source.seek(0, 4n);
    source.seek(1, 0n);
    await produce(topic, 1, ['elsewhere']);
    await listener.until(() => listener.endOf(1) === 1n);
    await produce(topic, 0, numbers(2, 6));
    await listener.until(() => listener.endOf(0) === 6n);
    expect(listener.chunksOf(0)).toMatchObject([{ startOffset: 4n, endOffset: 6n }]);
    expect(listener.valuesOf(0)).toEqual(['4', '5']);
  });

  test('two members share the partitions, and each record goes to one of them', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    const first = await sources.read({ topic, groupId });
    await produce(topic, 0, numbers(0, 5));
    await produce(topic, 1, numbers(0, 5));
    await first.listener.until((seen) => seen.endOf(0) === 5n && seen.endOf(1) === 5n);

    const second = await sources.start({ topic, groupId });
    await first.listener.until(({ assignments }) => assignments.at(-1)?.length !== 3);
    const [kept, moved] = [first.listener.assignments.at(-1) ?? [], second.listener.assignments.at(-1) ?? []];
    expect([...kept, ...moved].sort((a, b) => a - b)).toEqual([0, 1, 2]);
    expect(moved.length).toBeGreaterThan(0);

    for (const partition of moved) second.source.seek(partition, partition === 2 ? 0n : 5n);
    for (const partition of [0, 1, 2]) await produce(topic, partition, ['after']);
    await Promise.all(
      kept.map((partition) => first.listener.until((seen) => seen.valuesOf(partition).at(-1) === 'after')),
    );
    await Promise.all(
      moved.map((partition) => second.listener.until((seen) => seen.valuesOf(partition).at(-1) === 'after')),
    );
    for (const partition of [0, 1]) {
      const values = [...first.listener.valuesOf(partition), ...second.listener.valuesOf(partition)];
      expect(values).toEqual([...numbers(0, 5), 'after']);
    }

    const lost = moved[0] ?? -1;
    await expect(first.source.commitOffsets(new Map([[lost, 1n]]))).rejects.toMatchObject({
      code: 'group_moved_on',
    });
    await second.source.stop();
    await first.listener.until(({ assignments }) => assignments.at(-1)?.length === 3);
  });

  test('a member that gets no partition is told so', async () => {
    const topic = await createTopic({ numPartitions: 1 });
    const groupId = uniqueName();
    const first = await sources.read({ topic, groupId });
    const second = await sources.start({ topic, groupId });
    await first.listener.until(({ assignments }) => assignments.length > 1);
    expect([first.listener.assignments.at(-1), second.listener.assignments.at(-1)]).toContainEqual([]);
  });

  test('partitions that are added to the topic are assigned', async () => {
    const topic = await createTopic({ numPartitions: 1 });
    const { listener } = await sources.read({ topic, metadataMaxAgeMs: 300 });
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }], timeout: 25_000 });
    await listener.until(({ assignments }) => assignments.at(-1)?.length === 3);
    await untilEachBrokerSays('partitions', topic, ({ partitions }) => partitions.length === 3);
    await produce(topic, 2, ['new']);
    await listener.until(() => listener.endOf(2) === 1n);
    expect(listener.valuesOf(2)).toEqual(['new']);
    expect(listener.assignments).toEqual([[0], [0, 1, 2]]); // joined again once, not once for each broker
  });

  test('committed offsets can be seen from outside, and are never read back', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    await produce(topic, 0, numbers(0, 10));
    const { source, listener } = await sources.start({ topic, groupId });
    await source.commitOffsets(new Map([[0, 7n]]));
    const offsets = await admin.fetchOffsets({ groupId, topics: [topic] });
    expect(offsets[0]?.partitions).toContainEqual(expect.objectContaining({ partition: 0, offset: '7' }));
    source.seek(0, 0n);
    await listener.until(() => listener.endOf(0) === 10n);
    expect(listener.valuesOf(0)).toEqual(numbers(0, 10));
  });

  test('leaves the group when stopped, and says nothing more', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    const { source, listener } = await sources.read({ topic, groupId });
    await source.stop();
    const { groups } = await admin.describeGroups([groupId]);
    expect(groups[0]?.members).toEqual([]);
    const { length } = listener.chunks;
    await produce(topic, 0, ['late']);
    const other = await sources.read({ topic });
    await other.listener.until((seen) => seen.endOf(0) === 1n);
    expect(listener.chunks).toHaveLength(length);
    await expect(source.commitOffsets(new Map([[0, 1n]]))).rejects.toMatchObject({ code: 'group_moved_on' });
  });

  test('can be stopped before it has joined', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    const source = sources.create({ topic, groupId });
    const listener = new RecordingListener();
    await source.start(listener);
    await source.stop();
    const { groups } = await admin.describeGroups([groupId]);
    expect(groups[0]?.members).toEqual([]);
    expect(listener.assignments).toEqual([]);
  });

  test('gives up on a topic that does not exist, and says so', async () => {
    const source = sources.create({ topic: uniqueName() });
    const listener = new RecordingListener();
    await source.start(listener);
    await listener.until(({ errors }) => errors.length > 0);
    expect(listener.errors).toMatchObject([{ name: 'KafkaError', code: 'topic_missing' }]);
    await expect(source.fetchOffsets([0])).rejects.toMatchObject({ code: 'topic_missing' });
  });
});
