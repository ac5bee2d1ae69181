import { describe, expect, test } from 'vitest';
import type { OutgoingRecord } from '../src/topic/requeue-topic.ts';
import { hasBrokers, uniqueName, useRealBrokers } from './support/real-servers.ts';

function record(requeueId: string): OutgoingRecord {
  const headers = { 'origin-partition': '1', 'origin-offset': '17' };
  return { requeueId, key: Buffer.from('CL-200'), value: Buffer.from(`value of ${requeueId}`), headers };
}

const START = new Map([
  [0, 0n],
  [1, 0n],
]);

describe.skipIf(!hasBrokers)('the topic, for requeueing', () => {
  const brokers = useRealBrokers();

  test('says where records went, and finds them again by their ids', async () => {
    const access = brokers.access(await brokers.createTopic());
    const name = uniqueName();
    const writer = await access.openRequeue(name);
    const positions = await writer.send([record('a'), record('b')]);
    await writer.close();
    expect(positions.map(({ partition }) => partition)).toEqual([
      positions[0]?.partition,
      positions[0]?.partition,
    ]);
    expect(positions.map(({ offset }) => offset)).toEqual([0n, 1n]);

    const next = await access.openRequeue(name);
    expect(await next.find(new Set(['a', 'b', 'c']), START)).toEqual(
      new Map([
        ['a', positions[0]],
        ['b', positions[1]],
      ]),
    );
    expect(await next.find(new Set(['a']), new Map([[positions[0]?.partition ?? 0, 1n]]))).toEqual(new Map());
    await next.close();
  });

  test('lets nobody send who had it before', async () => {
    const access = brokers.access(await brokers.createTopic());
    const name = uniqueName();
    const zombie = await access.openRequeue(name);
    const next = await access.openRequeue(name);
    await expect(zombie.send([record('a')])).rejects.toThrow(/fenced|epoch|newer|invalid/i);
    expect(await next.find(new Set(['a']), START)).toEqual(new Map());
    await next.send([record('b')]);
    await zombie.close();
    await next.close();
  });

  test('finds a record behind a transaction of somebody else that is still open', async () => {
    const topic = await brokers.createTopic();
    const access = brokers.access(topic);
    const name = uniqueName();
    const other = brokers.kafka.producer({
      transactionalId: uniqueName(),
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await other.connect();
    const open = await other.transaction();
    for (const partition of [0, 1])
      await open.send({ topic, messages: [{ partition, value: 'of somebody else' }] });
    const writer = await access.openRequeue(name);
    const [position] = await writer.send([record('a')]);
    await writer.close();

    const next = await access.openRequeue(name);
    const found = next.find(new Set(['a']), START);
    const waits = await Promise.race([found.then(() => false), access.offsets.read().then(() => true)]);
    expect(waits).toBe(true);
    expect((await access.offsets.read()).get(position?.partition ?? 0)?.latest).toBe(0n);
    await open.commit();
    expect(await found).toEqual(new Map([['a', position]]));
    await next.close();
    await other.disconnect();
  });

  test('says nothing about what the log does not hold any more', async () => {
    const topic = await brokers.createTopic();
    const access = brokers.access(topic);
    const writer = await access.openRequeue(uniqueName());
    const [position] = await writer.send([record('a')]);
    const partition = position?.partition ?? 0;
    await brokers.admin.fetchTopicOffsets(topic); // or kafkajs does not know the leader
    await brokers.admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '1' }] });
    await expect(writer.find(new Set(['a']), new Map([[partition, 0n]]))).rejects.toThrow(
      'the search has to begin at 0',
    );
    await writer.close();
  });

  test('leaves no group behind', async () => {
    const access = brokers.access(await brokers.createTopic());
    const name = uniqueName();
    const writer = await access.openRequeue(name);
    await writer.find(new Set(['a']), START);
    await writer.close();
    const { groups } = await brokers.admin.listGroups();
    expect(groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(name))).toEqual([]);
  });

  test('tells who is in the group of the consumers', async () => {
    const topic = await brokers.createTopic();
    const access = brokers.access(topic);
    expect(await access.listGroupMembers()).toEqual([]);
    const consumer = brokers.kafka.consumer({ groupId: topic });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.connect();
    await consumer.subscribe({ topic });
    await consumer.run({ eachMessage: () => Promise.resolve() });
    await joined;
    expect(await access.listGroupMembers()).toEqual([{ clientId: 'kafkajs', host: '127.0.0.1' }]);
    await consumer.disconnect();
  });
});
