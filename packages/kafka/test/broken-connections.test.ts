import { randomBytes } from 'node:crypto';
import { silentLogger } from '@client-tickets/micro-batch';
import { describe, expect, test } from 'vitest';
import { BreakableSockets } from './support/breakable-sockets.ts';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';
import { RecordingListener } from './support/recording-listener.ts';
import { createTestSources } from './support/test-source.ts';

describe.skipIf(!hasBrokers)('a Kafka source with bad connections', () => {
  const real = useRealBrokers();
  const sources = createTestSources(real);
  const { createTopic, produce, uniqueName } = real;
  const broken = (sockets: BreakableSockets) => ({
    ...real.connection,
    socketFactory: sockets.socketFactory,
  });

  test('goes on after all brokers were away for a while', async () => {
    const topic = await createTopic();
    const sockets = new BreakableSockets();
    const { source, listener } = await sources.read({ topic, connection: broken(sockets) });
    await produce(topic, 0, ['before']);
    await listener.until(() => listener.endOf(0) === 1n);

    sockets.cut();
    const offsets = source.fetchOffsets([0]);
    await produce(topic, 0, ['during']);
    await sockets.refused(5);
    sockets.heal();
    await listener.until(() => listener.endOf(0) === 2n);
    expect((await offsets).get(0)).toMatchObject({ earliest: 0n, latest: 2n });
    expect(listener.valuesOf(0)).toEqual(['before', 'during']);
    expect(listener.errors).toEqual([]);
  });

  test('replaces a consumer that lives on and hears nothing', async () => {
    const topic = await createTopic();
    const sockets = new BreakableSockets();
    let noteStuck = (): void => {};
    const foundStuck = new Promise<void>((resolve) => (noteStuck = resolve));
    const { listener } = await sources.read({
      topic,
      connection: broken(sockets),
      logger: {
        ...silentLogger,
        warn: (_, message) => (message.includes('building a new one') ? noteStuck() : undefined),
      },
      sessionTimeoutMs: 6_000,
      stuckAfterMs: 4_000,
      stopTimeoutMs: 300,
    });
    await produce(topic, 0, ['before']);
    await listener.until(() => listener.endOf(0) === 1n);
    sockets.hang();
    await produce(topic, 0, ['during']);
    await foundStuck;
    sockets.heal();
    await listener.until(() => listener.endOf(0) === 2n);
    expect(listener.assignments.length).toBeGreaterThan(1);
    expect(listener.valuesOf(0)).toEqual(['before', 'during']);
  });

  test('reads on correctly after a response was cut off in the middle', async () => {
    const topic = await createTopic({ numPartitions: 1 });
    const values = Array.from({ length: 20 }, () => randomBytes(20_000).toString('hex'));
    for (const value of values) await produce(topic, 0, [value]);
    const sockets = new BreakableSockets();
    const { source, listener } = await sources.start({ topic, connection: broken(sockets) });
    sockets.tearNextResponse(30_000);
    source.seek(0, 0n);
    await listener.until(() => listener.endOf(0) === 20n);
    expect(listener.valuesOf(0)).toEqual(values);
    expect(listener.assignments).toHaveLength(1);
  });

  test('stops within its budget when brokers do not answer, and keeps no connection', async () => {
    const topic = await createTopic();
    const sockets = new BreakableSockets();
    const { source } = await sources.read({ topic, connection: broken(sockets), stopTimeoutMs: 300 });
    await source.fetchOffsets([0]);
    sockets.hang();
    const startedAt = performance.now();
    await source.stop();
    expect(performance.now() - startedAt).toBeLessThan(25_000); // a request alone waits for 30 s
    await sockets.allClosed();
  });

  test('can be stopped while no broker can be reached', async () => {
    const sockets = new BreakableSockets();
    sockets.cut();
    const source = sources.create({ topic: uniqueName(), connection: broken(sockets), stopTimeoutMs: 300 });
    const listener = new RecordingListener();
    await source.start(listener);
    await sockets.refused(1);
    await source.stop();
    expect(listener).toMatchObject({ assignments: [], chunks: [], errors: [] });
  });
});
