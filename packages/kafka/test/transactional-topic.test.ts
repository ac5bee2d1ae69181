import { silentLogger, systemClock, type PartitionOffsets } from '@client-tickets/micro-batch';
import { describe, expect, test } from 'vitest';
import {
  listGroupMembers,
  openTransactionalTopic,
  type IdentifiedRecord,
  type TransactionalTopic,
} from '../src/index.ts';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';
import { createTestSources } from './support/test-source.ts';

const common = { logger: silentLogger, clock: systemClock };

function record(id: string): IdentifiedRecord {
  const headers = { 'origin-partition': '1', 'origin-offset': '17' };
  return { id, key: Buffer.from('CL-200'), value: Buffer.from(`value of ${id}`), headers };
}

const START = new Map([
  [0, 0n],
  [1, 0n],
]);

describe.skipIf(!hasBrokers)('a topic with one writer at a time', () => {
  const real = useRealBrokers();
  const { connection, uniqueName } = real;
  const sources = createTestSources(real);
  const createTopic = (): Promise<string> => real.createTopic({ numPartitions: 2 });

  const readOffsets = async (topic: string): Promise<ReadonlyMap<number, PartitionOffsets>> => {
    const source = sources.create({ topic });
    return await source.fetchOffsets(await source.listPartitions());
  };
  const open = (topic: string, transactionalId: string): Promise<TransactionalTopic> =>
    openTransactionalTopic({
      ...common,
      connection,
      topic,
      transactionalId,
      idHeader: 'record-id',
      readOffsets: () => readOffsets(topic),
    });

  test('says where records went, and finds them again by their ids', async () => {
    const topic = await createTopic();
    const name = uniqueName();
    const writer = await open(topic, name);
    const positions = await writer.send([record('a'), record('b')]);
    await writer.close();
    expect(positions.map(({ partition }) => partition)).toEqual([
      positions[0]?.partition,
      positions[0]?.partition,
    ]);
    expect(positions.map(({ offset }) => offset)).toEqual([0n, 1n]);

    const next = await open(topic, name);
    expect(await next.find(new Set(['a', 'b', 'c']), START)).toEqual(
      new Map([
        ['a', positions[0]],
        ['b', positions[1]],
      ]),
    );
    expect(await next.find(new Set(['a']), new Map([[positions[0]?.partition ?? 0, 1n]]))).toEqual(new Map());
    await next.close();
  });

  test('lets the one that had it before send nothing', async () => {
    const topic = await createTopic();
    const name = uniqueName();
    const zombie = await open(topic, name);
    const next = await open(topic, name);
    await expect(zombie.send([record('a')])).rejects.toThrow(/fenced|epoch|newer|invalid/i);
    expect(await next.find(new Set(['a']), START)).toEqual(new Map());
    await next.send([record('b')]);
    await zombie.close();
    await next.close();
  });

  test('finds a record behind a transaction of another program that is still open', async () => {
    const topic = await createTopic();
    const name = uniqueName();
    const other = real.kafka.producer({
      transactionalId: uniqueName(),
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await other.connect();
    const transaction = await other.transaction();
    for (const partition of [0, 1])
      await transaction.send({ topic, messages: [{ partition, value: 'of another program' }] });
    const writer = await open(topic, name);
    const [position] = await writer.send([record('a')]);
    await writer.close();

    const next = await open(topic, name);
    const found = next.find(new Set(['a']), START);
    const waits = await Promise.race([found.then(() => false), readOffsets(topic).then(() => true)]);
    expect(waits).toBe(true);
    expect((await readOffsets(topic)).get(position?.partition ?? 0)?.latest).toBe(0n);
    await transaction.commit();
    expect(await found).toEqual(new Map([['a', position]]));
    await next.close();
    await other.disconnect();
  });

  test('says nothing about what the log does not hold any more', async () => {
    const topic = await createTopic();
    const writer = await open(topic, uniqueName());
    const [position] = await writer.send([record('a')]);
    const partition = position?.partition ?? 0;
    await real.deleteRecordsBefore(topic, partition, 1n);
    await expect(writer.find(new Set(['a']), new Map([[partition, 0n]]))).rejects.toThrow(
      'the search has to begin at 0',
    );
    await writer.close();
  });

  test('leaves no group behind', async () => {
    const name = uniqueName();
    const writer = await open(await createTopic(), name);
    await writer.find(new Set(['a']), START);
    await writer.close();
    const { groups } = await real.admin.listGroups();
    expect(groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(name))).toEqual([]);
  });

  test('the members of a group are listed', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    const list = () => listGroupMembers({ ...common, connection, groupId });
    expect(await list()).toEqual([]);
    await sources.start({ topic, groupId });
    expect(await list()).toEqual([{ clientId: 'client-tickets-test', host: '127.0.0.1' }]);
  });
});
