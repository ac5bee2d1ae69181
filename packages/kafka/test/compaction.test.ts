import { randomBytes } from 'node:crypto';
import type { Message, Producer } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { hasBrokers, useRealBrokers } from './support/real-brokers.ts';
import { createTestSources } from './support/test-source.ts';

const SEGMENT_BYTES = 1024 * 1024;
const SEGMENT_MS = 100;

describe.skipIf(!hasBrokers)('a source of a compacted topic', () => {
  const real = useRealBrokers();
  const { kafka, createTopic } = real;
  const sources = createTestSources(real);

  // Brokers look for something to compact every 15 seconds.
  test('gets past record batches that compaction has emptied', async () => {
    const config = {
      'cleanup.policy': 'compact',
      'segment.bytes': String(SEGMENT_BYTES),
      'segment.ms': String(SEGMENT_MS),
      'min.cleanable.dirty.ratio': '0.001',
    };
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    const topic = await createTopic({ numPartitions: 1, configEntries });
    const producers = [0, 1].map(() =>
      kafka.producer({ idempotent: true, maxInFlightRequests: 1, createPartitioner: () => () => 0 }),
    );
    const [one, two] = producers;
    if (one === undefined || two === undefined) throw new Error('unreachable');
    await Promise.all(producers.map((producer) => producer.connect()));

    // Each segment is more than half full, so that compaction does not merge them: a fetch never reaches past a segment.
    const large = [0, 1, 2, 3, 4].map((n) => ({
      key: `replaced${n}`,
      value: randomBytes(SEGMENT_BYTES / 8),
    }));
    const startTime = Date.now() - 60_000;
    /** Brokers go by the timestamps of records when they look for how old a segment is. */
    const send = (producer: Producer, segment: number, messages: readonly Message[]) =>
      producer.send({
        topic,
        messages: messages.map((each) => ({
          ...each,
          timestamp: String(startTime + 2 * SEGMENT_MS * segment),
        })),
      });
    await send(two, 0, [{ key: 'kept', value: 'first' }]); // 0
    await send(one, 0, large); // 1 to 5: stays as an empty batch, the last of its producer
    await send(two, 1, large); // 6 to 10
    await send(two, 2, [{ key: 'kept too', value: 'last' }]); // 11
    await Promise.all(producers.map((producer) => producer.disconnect()));

    const { source, listener } = await sources.start({ topic });
    const offsetsFromBeginning = async (): Promise<readonly bigint[]> => {
      listener.chunks.length = 0;
      source.seek(0, 0n);
      await listener.until(() => listener.endOf(0) === 12n);
      return listener.recordsOf(0).map(({ offset }) => offset);
    };
    const compacted = [0n, 6n, 7n, 8n, 9n, 10n, 11n];
    await expect.poll(offsetsFromBeginning, { interval: 500 }).toEqual(compacted);
    const ranges = listener.chunks.map(({ startOffset, endOffset }) => [startOffset, endOffset]);
    expect(ranges[0]).toEqual([0n, 6n]);
    source.seek(0, 3n); // within the empty batch
    await listener.until(({ chunks }) => chunks.some(({ startOffset }) => startOffset === 3n));
    const chunk = listener.chunks.find(({ startOffset }) => startOffset === 3n);
    expect(chunk).toMatchObject({ endOffset: 6n, records: { length: 0 } });
  });
});
