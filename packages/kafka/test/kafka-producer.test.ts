import { silentLogger, systemClock } from '@client-tickets/micro-batch';
import { afterEach, describe, expect, test } from 'vitest';
import { createKafkaProducer, type KafkaProducer, type KafkaProducerOptions } from '../src/index.ts';
import { BreakableSockets, NOBODY_LISTENS } from './support/breakable-sockets.ts';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';
import { createTestSources, type StartedSource } from './support/test-source.ts';

describe.skipIf(!hasBrokers)('a Kafka producer', () => {
  const real = useRealBrokers();
  const { connection, createTopic, uniqueName } = real;
  const sources = createTestSources(real);
  const producers: KafkaProducer[] = [];
  afterEach(async () => {
    await Promise.all(producers.splice(0).map((producer) => producer.close()));
  });

  const producerFor = (topic: string, options: Partial<KafkaProducerOptions> = {}): KafkaProducer => {
    const producer = createKafkaProducer({
      connection,
      topic,
      logger: silentLogger,
      clock: systemClock,
      ...options,
    });
    producers.push(producer);
    return producer;
  };
  const readAll = async (topic: string): Promise<StartedSource> => {
    const reading = await sources.read({ topic });
    const ends = await reading.source.fetchOffsets(await reading.source.listPartitions());
    for (const [partition, { latest }] of ends) {
      if (latest > 0n) await reading.listener.until((seen) => seen.endOf(partition) === latest);
    }
    return reading;
  };
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({
      key: `CL-${100 + ((from + i) % 7)}`,
      value: String(from + i),
    }));

  test('writes keys, values and timestamps, and nothing when there is nothing', async () => {
    const topic = await createTopic({ numPartitions: 1 });
    const producer = producerFor(topic);
    await producer.send([]);
    await producer.send([
      { key: 'CL-417', value: new TextEncoder().encode('é'), timestamp: 1_700_000_000_123 },
      { key: 'CL-418', value: null, timestamp: 1_700_000_000_456 },
    ]);
    const { listener } = await readAll(topic);
    expect(listener.recordsOf(0)).toEqual([
      { offset: 0n, timestamp: 1_700_000_000_123, key: Buffer.from('CL-417'), value: Buffer.from('é') },
      { offset: 1n, timestamp: 1_700_000_000_456, key: Buffer.from('CL-418'), value: null },
    ]);
  });

  test('puts keys where Java clients put them', async () => {
    const topic = await createTopic({ numPartitions: 5 });
    // murmur2 with Java's seed and mask, as published with Kafka's Utils.murmur2 tests: 21, foobar, a-little-bit-long-string
    const expected = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536 };
    await producerFor(topic).send(Object.keys(expected).map((key) => ({ key, value: key })));
    const { listener } = await readAll(topic);
    for (const [key, hash] of Object.entries(expected)) {
      expect(listener.valuesOf((hash & 0x7fffffff) % 5)).toContain(key);
    }
  });

  test('keeps the order of each key over calls that do not wait for each other', async () => {
    const topic = await createTopic();
    const producer = producerFor(topic, { maxBatchMessages: 50 });
    const all = numbered(0, 2_000);
    const sent = Array.from({ length: 100 }, (_, i) => producer.send(all.slice(i * 20, i * 20 + 20)));
    await producer.flush();
    await Promise.all(sent);
    const { listener } = await readAll(topic);
    const records = [0, 1, 2].flatMap((partition) => listener.recordsOf(partition));
    expect(records).toHaveLength(2_000);
    for (const key of new Set(all.map((message) => message.key))) {
      const values = records
        .filter((record) => Buffer.from(record.key ?? []).toString() === key)
        .map(({ value }) => String(value));
      expect(values).toEqual(all.filter((message) => message.key === key).map(({ value }) => value));
    }
  });

  test.each(['none', 'gzip', 'snappy', 'lz4'] as const)(
    'what is compressed with %s is read again',
    async (compression) => {
      const topic = await createTopic();
      await producerFor(topic, { compression }).send(numbered(0, 3_000));
      const { listener } = await readAll(topic);
      const values = [0, 1, 2].flatMap((partition) => listener.valuesOf(partition)).map(Number);
      expect(values.sort((a, b) => a - b)).toEqual(numbered(0, 3_000).map(({ value }) => Number(value)));
    },
  );

  test('loses and repeats nothing when connections break between write and answer', async () => {
    const topic = await createTopic();
    const sockets = new BreakableSockets();
    const producer = producerFor(topic, {
      connection: { ...connection, socketFactory: sockets.socketFactory },
      maxBatchMessages: 20,
    });
    await producer.send(numbered(0, 1));
    const all = numbered(1, 3_000);
    const sent: Promise<void>[] = [];
    for (let i = 0; i < all.length; i += 10) {
      sent.push(producer.send(all.slice(i, i + 10)));
      if (i % 300 === 0) {
        sockets.cut();
        sockets.heal();
      }
      await systemClock.sleep(1);
    }
    await Promise.all(sent);
    const { listener } = await readAll(topic);
    const values = [0, 1, 2].flatMap((partition) => listener.valuesOf(partition)).map(Number);
    expect(values.sort((a, b) => a - b)).toEqual(numbered(0, 3_000).map(({ value }) => Number(value)));
  });

  test('asks again for a producer id while the cluster still names a broker that has died', async () => {
    const topic = await createTopic();
    const [seed = ''] = connection.brokers;
    const sockets = new BreakableSockets();
    // Each time the cluster names one of its brokers by chance; of twelve some are not the one that can be reached.
    const producers = Array.from({ length: 12 }, () => {
      let refused = 0;
      return producerFor(topic, {
        connection: {
          brokers: [seed],
          socketFactory: (args) => {
            const isDead = `${args.host}:${args.port}` !== seed && refused < 2;
            if (isDead) refused += 1;
            return sockets.socketFactory(isDead ? { ...args, port: NOBODY_LISTENS } : args);
          },
        },
      });
    });
    await Promise.all(
      producers.map((producer, index) => producer.send([{ key: `CL-${100 + index}`, value: String(index) }])),
    );
    const { listener } = await readAll(topic);
    const values = [0, 1, 2].flatMap((partition) => listener.valuesOf(partition)).map(Number);
    expect(values.sort((a, b) => a - b)).toEqual(producers.map((_, index) => index));
  });

  test('a rejection says why, and the next messages are written', async () => {
    const topic = await createTopic({
      numPartitions: 1,
      configEntries: [{ name: 'max.message.bytes', value: '1000' }],
    });
    const producer = producerFor(topic);
    await expect(producer.send([{ key: 'CL-100', value: 'x'.repeat(2_000) }])).rejects.toMatchObject({
      name: 'KafkaError',
      code: 'failed',
      message: expect.stringContaining('larger than'),
    });
    await producer.send([{ key: 'CL-100', value: 'small' }]);
    expect((await readAll(topic)).listener.valuesOf(0)).toEqual(['small']);
  });

  test('a topic that does not exist is reported, and not created', async () => {
    const topic = uniqueName();
    await expect(producerFor(topic).send(numbered(0, 1))).rejects.toMatchObject({ code: 'topic_missing' });
    expect(await real.admin.listTopics()).not.toContain(topic);
  });

  test('sends nothing after it was closed', async () => {
    const producer = producerFor(await createTopic());
    await producer.close();
    await expect(producer.send(numbered(0, 1))).rejects.toMatchObject({ name: 'KafkaError', code: 'failed' });
  });
});
