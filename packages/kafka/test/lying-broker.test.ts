import { describe, expect, test } from 'vitest';
import { BreakableSockets } from './support/breakable-sockets.ts';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';
import { createTestSources } from './support/test-source.ts';

/** Of a record batch with one record that has the key `CL-100` and a short value: where things lie before the value. */
const BATCH_HEADER = 61;
const BEFORE_VALUE = BATCH_HEADER + 5 + 'CL-100'.length + 1;
const EPOCH = 12;

/** Where the record batch begins that holds this value; -1: it is not here. */
function batchOf(said: Buffer, value: string): number {
  const at = said.indexOf(value);
  return at < BEFORE_VALUE ? -1 : at - BEFORE_VALUE;
}

/** In an answer to a fetch: the topic's name, how many partitions, and the number of the first one. */
function partitionOf(said: Buffer, topic: string): number {
  const at = said.indexOf(topic);
  return at < 0 ? -1 : at + topic.length + 4;
}

describe.skipIf(!hasBrokers)('a broker whose answer to a fetch is not what was asked for', () => {
  const real = useRealBrokers();
  const sources = createTestSources(real);
  const { createTopic, produce } = real;

  /** Reads three records, the last of which comes in an answer that `change` has changed. */
  async function readThrough(change: (said: Buffer, topic: string) => boolean) {
    let reading = await readOnce(change);
    // A broker may send the head of an answer and its records apart: then there was nothing to change.
    for (let tries = 1; reading.lies === 0 && tries < 20; tries += 1) reading = await readOnce(change);
    expect(reading.lies).toBe(1);
    return reading.listener;
  }

  async function readOnce(change: (said: Buffer, topic: string) => boolean) {
    const topic = await createTopic({ numPartitions: 1 });
    const sockets = new BreakableSockets();
    const connection = { ...real.connection, socketFactory: sockets.socketFactory };
    await produce(topic, 0, ['first']);
    await produce(topic, 0, ['second']);
    const { listener } = await sources.read({ topic, connection });
    await listener.until(() => listener.endOf(0) === 2n);
    let lies = 0;
    sockets.lieOnce((said) => {
      if (batchOf(said, 'third') < 0 || !change(said, topic)) return false;
      lies += 1;
      return true;
    });
    await produce(topic, 0, ['third']);
    await listener.until(() => listener.endOf(0) === 3n);
    expect(listener.valuesOf(0)).toEqual(['first', 'second', 'third']);
    expect(listener.recordsOf(0).map(({ offset }) => offset)).toEqual([0n, 1n, 2n]);
    return { listener, lies };
  }

  test('but another partition is not believed: the records come once each, where they are', async () => {
    const listener = await readThrough((said, topic) => {
      const at = partitionOf(said, topic);
      if (at < 0) return false;
      said.writeInt32BE(7, at);
      return true;
    });
    expect(listener.chunksOf(7)).toEqual([]);
    expect(listener.assignments.length).toBeGreaterThan(1); // the consumer was replaced
  });

  test.each([
    { which: 'older offsets', offset: 0n },
    { which: 'offsets far ahead', offset: 1_000_000n },
  ])('but $which is not believed: the records come once each, where they are', async ({ offset }) => {
    const listener = await readThrough((said) => {
      said.writeBigInt64BE(offset, batchOf(said, 'third'));
      return true;
    });
    expect(listener.errors).toEqual([]);
  });

  test('and of another leader epoch changes nothing: the engine compares records instead', async () => {
    const listener = await readThrough((said) => {
      said.writeInt32BE(1_000, batchOf(said, 'third') + EPOCH);
      return true;
    });
    expect(listener.assignments).toHaveLength(1);
  });
});
