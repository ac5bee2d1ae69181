import { setTimeout as after } from 'node:timers/promises';
import { createKafkaProducer, createKafkaSource, ensureTopic } from '@client-tickets/kafka';
import { silentLogger, type Source, systemClock } from '@client-tickets/micro-batch';
import { RedpandaContainer, type StartedRedpandaContainer } from '@testcontainers/redpanda';
import { getContainerRuntimeClient } from 'testcontainers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ChunkRecorder } from './chunk-recorder.ts';
import { pinnedImage } from './pinned-image.ts';

const image = await pinnedImage('redpandadata/redpanda');

describe.skipIf(image.skipped !== undefined)('the Kafka source on Redpanda in a container', () => {
  let redpanda: StartedRedpandaContainer;
  const sources: Source[] = [];
  let topics = 0;

  beforeAll(async () => {
    redpanda = await new RedpandaContainer(image.name).start();
  });
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.stop()));
  });
  afterAll(async () => {
    await redpanda?.stop();
  });

  const shared = () => ({
    connection: { brokers: [redpanda.getBootstrapServers()] },
    logger: silentLogger,
    clock: systemClock,
  });

  async function createTopic(): Promise<string> {
    const topic = `tickets-${++topics}`;
    await ensureTopic({ ...shared(), topic, partitions: 3, replicationFactor: 1 });
    return topic;
  }

  /** Writes `count` values, spread over the partitions by their keys. */
  async function produce(topic: string, from: number, count: number): Promise<void> {
    const producer = createKafkaProducer({ ...shared(), topic });
    const values = Array.from({ length: count }, (_, index) => String(from + index));
    await producer.send(values.map((value) => ({ key: `CL-${value}`, value })));
    await producer.close();
  }

  /** A member of the topic's group that reads each partition from where all members together have got to. */
  async function read(topic: string, seen: ChunkRecorder): Promise<Source> {
    const source = createKafkaSource({
      ...shared(),
      topic,
      groupId: `${topic}-group`,
      heartbeatIntervalMs: 300,
    });
    sources.push(source);
    await source.start(seen.listenerOf(source));
    return source;
  }

  test('a topic is made once, and what is written to it is read once', async () => {
    const topic = await createTopic();
    expect(await ensureTopic({ ...shared(), topic, partitions: 3, replicationFactor: 1 })).toMatchObject({
      created: false,
      partitions: 3,
      differences: [],
    });
    await produce(topic, 0, 500);
    const seen = new ChunkRecorder();
    const source = await read(topic, seen);
    await seen.until(() => seen.values.length >= 500);
    expect(new Set(seen.values).size).toBe(500);
    const offsets = await source.fetchOffsets([0, 1, 2]);
    expect([...offsets.values()].reduce((sum, { latest }) => sum + latest, 0n)).toBe(500n);
  });

  test('two members share the partitions, and the one that stays takes over', async () => {
    const topic = await createTopic();
    const [first, second] = [new ChunkRecorder(), new ChunkRecorder()];
    await read(topic, first);
    await first.until(() => first.owned.length === 3);
    const leaving = await read(topic, second);
    await second.until(() => second.owned.length > 0);
    await first.until(() => first.owned.length + second.owned.length === 3);
    await leaving.stop();
    await first.until(() => first.owned.length === 3);
    await produce(topic, 0, 90);
    await first.until(() => first.values.length === 90);
    expect(new Set(first.values).size).toBe(90);
  });

  test('committed offsets show as lag to rpk', async () => {
    const topic = await createTopic();
    await produce(topic, 0, 30);
    const seen = new ChunkRecorder();
    const source = await read(topic, seen);
    await seen.until(() => seen.values.length === 30);
    await source.commitOffsets(new Map([...seen.positions].map(([partition, end]) => [partition, end])));
    const { output } = await redpanda.exec(['rpk', 'group', 'describe', `${topic}-group`]);
    expect(output).toMatch(/TOTAL-LAG\s+0\b/);
    expect(output).toContain(topic);
  });

  test('a broker that froze for a while is read on where it stopped', async () => {
    const topic = await createTopic();
    const seen = new ChunkRecorder();
    await read(topic, seen);
    await produce(topic, 0, 50);
    await seen.until(() => seen.values.length === 50);
    const broker = (await getContainerRuntimeClient()).container.getById(redpanda.getId());
    await broker.pause();
    await after(2_000); // how long it is frozen; nothing can be awaited of it
    await broker.unpause();
    await produce(topic, 50, 50);
    await seen.until(() => seen.values.length >= 100);
    expect(new Set(seen.values).size).toBe(100);
  });
});
