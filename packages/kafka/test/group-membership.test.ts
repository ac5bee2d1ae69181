import { describe, expect, test } from 'vitest';
import { BreakableSockets } from './support/breakable-sockets.ts';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';
import { createTestSources } from './support/test-source.ts';

const SESSION_MS = 6_000; // the shortest that brokers allow

describe.skipIf(!hasBrokers)('a member of a group', () => {
  const real = useRealBrokers();
  const { connection, createTopic, uniqueName, admin, produce } = real;
  const sources = createTestSources(real);

  const stateOf = async (groupId: string) => (await admin.describeGroups([groupId])).groups[0];

  /** A member of a group of its own that can be frozen, as a process may be. */
  const startFreezable = async (topic: string) => {
    const groupId = uniqueName();
    const sockets = new BreakableSockets();
    const started = await sources.read({
      topic,
      groupId,
      connection: { ...connection, socketFactory: sockets.socketFactory },
      sessionTimeoutMs: SESSION_MS,
    });
    const untilThrownOut = () =>
      expect.poll(() => stateOf(groupId), { interval: 200 }).toMatchObject({ members: [] });
    return { ...started, freeze: () => sockets.hang(), thaw: () => sockets.heal(), untilThrownOut };
  };

  test('keeps its place in the group while nothing is read for longer than a session', async () => {
    const topic = await createTopic();
    const groupId = uniqueName();
    const { source, listener } = await sources.read({ topic, groupId, sessionTimeoutMs: SESSION_MS });
    for (const partition of [0, 1, 2]) source.pause(partition);
    const frozen = await startFreezable(topic);
    frozen.freeze();
    await frozen.untilThrownOut(); // so a session has passed
    frozen.thaw();
    expect(listener.assignments).toHaveLength(1);
    expect(await stateOf(groupId)).toMatchObject({ state: 'Stable', members: [{}] });
    await source.commitOffsets(new Map([[0, 0n]]));
  });

  test('joins again when the group has thrown it out, and goes on', async () => {
    const topic = await createTopic();
    const { source, listener, freeze, thaw, untilThrownOut } = await startFreezable(topic);
    await produce(topic, 0, ['before']);
    await listener.until(() => listener.endOf(0) === 1n);
    freeze();
    await produce(topic, 0, ['during']);
    await untilThrownOut();
    thaw();
    await listener.until(() => listener.endOf(0) === 2n);
    expect(listener.valuesOf(0)).toEqual(['before', 'during']);
    await listener.until(({ assignments }) => assignments.length > 1);
    await source.commitOffsets(new Map([[0, 2n]]));
  });
});
