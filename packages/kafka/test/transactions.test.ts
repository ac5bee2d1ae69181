import type { Producer } from 'kafkajs';
import { afterEach, describe, expect, test } from 'vitest';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';
import { createTestSources } from './support/test-source.ts';

describe.skipIf(!hasBrokers)('a source of transactions', () => {
  const real = useRealBrokers();
  const { kafka, createTopic, createTopicOfOneBroker, uniqueName, produce } = real;
  const sources = createTestSources(real);
  const producers: Producer[] = [];
  afterEach(async () => {
    await Promise.all(producers.splice(0).map((producer) => producer.disconnect()));
  });

  const transactional = async (): Promise<Producer> => {
    const producer = kafka.producer({
      transactionalId: uniqueName(),
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: () => () => 0,
    });
    producers.push(producer);
    await producer.connect();
    return producer;
  };
  const message = (value: string, key = 'CL-100') => ({ messages: [{ key, value }] });

  test('delivers what was committed and not what was aborted, and gets past the markers to the end', async () => {
    const topic = await createTopic({ numPartitions: 1 });
    const producer = await transactional();
    await produce(topic, 0, ['plain']); // 0
    const committed = await producer.transaction(); // 1, marker 2
    await committed.send({ topic, ...message('committed') });
    await committed.commit();
    const aborted = await producer.transaction(); // 3, marker 4
    await aborted.send({ topic, ...message('aborted') });
    await aborted.abort();

    const { source, listener } = await sources.start({ topic });
    // The marker of the last one is written after its end is acknowledged.
    const offsets = async () => (await source.fetchOffsets([0])).get(0);
    await expect.poll(offsets).toMatchObject({ earliest: 0n, latest: 5n });
    source.seek(0, 0n);
    await listener.until(() => listener.endOf(0) === 5n);
    expect(listener.recordsOf(0).map(({ offset }) => offset)).toEqual([0n, 1n]);

    // All that is fetched from here is filtered: a chunk says so, without records.
    source.seek(0, 3n);
    await listener.until(({ chunks }) => chunks.some(({ startOffset }) => startOffset === 3n));
    expect(listener.chunks.at(-1)).toMatchObject({
      startOffset: 3n,
      endOffset: 5n,
      records: { length: 0 },
      bytes: 0,
    });
    source.seek(0, 4n);
    await listener.until(({ chunks }) => chunks.some(({ startOffset }) => startOffset === 4n));
    expect(listener.chunks.at(-1)).toMatchObject({ startOffset: 4n, endOffset: 5n, records: { length: 0 } });
  });

  test('an open transaction holds back the records and `latest` alike', async () => {
    const topic = await createTopicOfOneBroker(2);
    const producer = await transactional();
    await produce(topic, 0, ['before']);
    const transaction = await producer.transaction();
    await transaction.send({ topic, ...message('open') });
    await produce(topic, 0, ['after']);

    const started = await sources.read({ topic });
    const { source, listener } = started;
    await listener.until(() => listener.endOf(0) === 1n);
    expect((await source.fetchOffsets([0])).get(0)?.latest).toBe(1n);
    await sources.fetchTwice(started, topic, 1);
    expect(listener.endOf(0)).toBe(1n);

    await transaction.commit();
    await listener.until(() => listener.endOf(0) === 4n);
    expect(listener.valuesOf(0)).toEqual(['before', 'open', 'after']);
  });

  test('aborted transactions that overlap are filtered from wherever reading starts', async () => {
    const topic = await createTopic({ numPartitions: 1 });
    const [one, two] = [await transactional(), await transactional()];
    const first = await one.transaction();
    const second = await two.transaction();
    await first.send({ topic, ...message('a') }); // 0
    await second.send({ topic, ...message('b') }); // 1
    await second.send({ topic, ...message('c') }); // 2, a batch of its own
    await first.send({ topic, ...message('d') }); // 3
    await produce(topic, 0, ['kept']); // 4
    await second.abort(); // 5
    await first.send({ topic, ...message('e', '\0\0\0\0') }); // 6, the key of an abort marker
    await first.send({ topic, ...message('f') }); // 7
    await first.abort(); // 8

    const { source, listener } = await sources.start({ topic });
    for (const start of [0n, 1n, 2n, 3n, 4n]) {
      listener.chunks.length = 0;
      source.seek(0, start);
      await listener.until(() => listener.endOf(0) === 9n);
      expect(listener.valuesOf(0), `from ${start}`).toEqual(['kept']);
    }
  });
});
