import { describe, expect, test } from 'vitest';
import { systemClock } from '@client-tickets/micro-batch';
import { BreakableSockets } from './support/breakable-sockets.ts';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';
import { createTestSources } from './support/test-source.ts';

const SESSION_MS = 6_000; // the shortest that brokers allow

describe.skipIf(!hasBrokers)('a member of a group', () => {
  const real = useRealBrokers();
  const { connection, createTopic, uniqueName, admin, produce } = real;
  const sources = createTestSources(real);

  test('keeps its place in the group while nothing is read for longer than a session', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    const { source, listener } = await sources.read({ topic, groupId, sessionTimeoutMs: SESSION_MS });
    for (const partition of [0, 1, 2]) source.pause(partition);
    await systemClock.sleep(SESSION_MS + 1_500);
    expect(listener.assignments).toHaveLength(1);
    const { groups } = await admin.describeGroups([groupId]);
    expect(groups[0]).toMatchObject({ state: 'Stable', members: [{}] });
    await source.commitOffsets(new Map([[0, 0n]]));
  });

  test('joins again when the group has thrown it out, and goes on', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    const sockets = new BreakableSockets();
    const { source, listener } = await sources.read({
      topic,
      groupId,
      connection: { ...connection, socketFactory: sockets.socketFactory },
      sessionTimeoutMs: SESSION_MS,
    });
    await produce(topic, 0, ['before']);
    await listener.until(() => listener.endOf(0) === 1n);
    sockets.hang(); // as a process looks that was frozen
    await produce(topic, 0, ['during']);
    const members = async () => (await admin.describeGroups([groupId])).groups[0]?.members;
    await expect.poll(members, { timeout: 5 * SESSION_MS, interval: 200 }).toEqual([]);
    sockets.heal();
    await listener.until(() => listener.endOf(0) === 2n);
    expect(listener.valuesOf(0)).toEqual(['before', 'during']);
    await listener.until(({ assignments }) => assignments.length === 2);
    await source.commitOffsets(new Map([[0, 2n]]));
  });
});
