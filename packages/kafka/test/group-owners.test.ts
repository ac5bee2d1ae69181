import { silentLogger, systemClock } from '@client-tickets/micro-batch';
import { afterAll, describe, expect, test } from 'vitest';
import { createGroupOwners, KafkaError, type GroupOwners } from '../src/index.ts';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';
import { createTestSources } from './support/test-source.ts';

const common = { logger: silentLogger, clock: systemClock };
const opened: GroupOwners[] = [];

afterAll(async () => {
  await Promise.all(opened.map((owners) => owners.close()));
});

describe.skipIf(!hasBrokers)('the owners of partitions', () => {
  const real = useRealBrokers();
  const { connection, createTopic, uniqueName } = real;
  const sources = createTestSources(real);

  function ownersOf(topic: string, groupId: string): GroupOwners {
    const owners = createGroupOwners({ ...common, connection, topic, groupId });
    opened.push(owners);
    return owners;
  }

  test('are named by client id, and follow a member that comes and one that goes', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    const owners = ownersOf(topic, groupId);
    expect(await owners.read()).toEqual(new Map()); // no member has joined yet

    const start = (clientId: string) =>
      sources.start({ topic, groupId, connection: { ...connection, clientId } });
    const first = await start('first');
    expect(await owners.read()).toEqual(new Map([0, 1, 2].map((partition) => [partition, 'first'])));

    const second = await start('second');
    await first.listener.until(({ assignments }) => assignments.length > 1);
    const shared = await owners.read();
    expect(new Set(shared.keys())).toEqual(new Set([0, 1, 2]));
    for (const [name, { listener }] of Object.entries({ first, second })) {
      const partitions = [...shared].filter(([, owner]) => owner === name).map(([partition]) => partition);
      expect(new Set(partitions)).toEqual(new Set(listener.assignments.at(-1)));
    }

    await first.source.stop();
    await second.listener.until(({ assignments }) => assignments.at(-1)?.length === 3);
    expect(new Set((await owners.read()).values())).toEqual(new Set(['second']));
  });

  test('of a topic that the group does not read: there are none', async () => {
    const [topic, other] = [await createTopic(), await createTopic()];
    const groupId = uniqueName();
    await sources.start({ topic, groupId });
    expect(await ownersOf(other, groupId).read()).toEqual(new Map());
  });
});

test('brokers that do not answer are said to, soon and once', async () => {
  const connection = { brokers: ['127.0.0.1:1'] };
  const owners = createGroupOwners({ ...common, connection, topic: 'client_tickets', groupId: 'consumers' });
  const failure = await owners.read().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(KafkaError);
  expect(failure).toMatchObject({ code: 'unavailable' });
  await owners.close();
});
