import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readBatches } from '../batch-log.ts';
import { startConsumer, startProducer } from '../consumer-process.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import { runPlace, type PlaceKind, type RunPlace } from '../run-place.ts';
import { until } from '../service-process.ts';
import { percentile } from '../spread.ts';
import { coversAll, earlyClaims, latenciesOf, type Reading } from './latencies.ts';
import { producedRate, readRecordTimes } from './record-times.ts';

export const latencySchema = z.object({
  place: z.string(),
  ticketsPerSecond: z.number(),
  /** What the producer came to. */
  producedPerSecond: z.number(),
  /** How many tickets went into the figures; those of the warm-up did not. */
  tickets: z.number(),
  batches: z.number(),
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
  /** Of the consumer's process tree while tickets came, in seconds of CPU for each second. */
  consumerCpu: z.number(),
  /** How often a reader held the log to account. */
  readings: z.number(),
});
export type Latency = z.infer<typeof latencySchema>;

const WARM_UP_MS = 3_000;
const READ_MS = 250;

/**
 * From produced to visible, with a trigger as fast as it goes. The time of a ticket is that of its record, which the producer
 * sets when it makes the ticket. It is visible when its files are final **and** the counts that include it are published: then
 * the consumer logs its batch, and a reader of the counts, four times a second, holds the log to that. All clocks are this
 * machine's.
 */
export async function measureLatency(options: {
  readonly home: string;
  readonly node: NodeRuntime;
  readonly brokers: readonly string[];
  readonly where: PlaceKind;
  readonly ticketsPerSecond: number;
  readonly seconds: number;
  readonly onPhase: (phase: string) => void;
}): Promise<Latency> {
  const { brokers, where, ticketsPerSecond, seconds, onPhase } = options;
  const id = `bench-latency-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), 'bench-latency-'));
  const place = runPlace(where, { folder, id });
  const run = { ...options, topic: id, groupId: id, folder };
  const consumer = startConsumer({ ...run, place, trigger: '0 seconds', maxOffsetsPerTrigger: 0 });
  try {
    onPhase('the consumer starts');
    await until(async () => (await consumer.readLog()).includes('partitions assigned'), {
      what: 'the consumer to have its partitions',
      process: consumer,
      seconds: 60,
    });
    onPhase(`${ticketsPerSecond} tickets a second for ${seconds} s`);
    const reader = readAgainAndAgain(place);
    const before = { cpu: consumer.usage().cpuSeconds, at: performance.now() };
    const producer = startProducer({
      ...run,
      ticketsPerSecond,
      tickets: Math.ceil(ticketsPerSecond * (seconds + WARM_UP_MS / 1000)),
    });
    if ((await producer.ended) !== 0)
      throw new Error(`the producer failed:\n${(await producer.readLog()).slice(-1_000)}`);
    const after = { cpu: consumer.usage().cpuSeconds, at: performance.now() };

    onPhase('the last tickets become visible');
    const records = await readRecordTimes(id, brokers);
    await until(async () => coversAll(readBatches(await consumer.readLog()), records), {
      what: 'the last tickets',
      process: consumer,
      seconds: 60,
    });
    const readings = await reader.stop();
    const batches = readBatches(await consumer.readLog());
    const early = earlyClaims(readings, batches);
    if (early.length > 0)
      throw new Error(`${early.length} readings found fewer tickets than the log says: it is no measure`);
    const latencies = latenciesOf(records, batches, WARM_UP_MS);
    return {
      place: place.title,
      ticketsPerSecond,
      producedPerSecond: Math.round(producedRate(records) * 10) / 10,
      tickets: latencies.length,
      batches: batches.length,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      max: percentile(latencies, 1),
      consumerCpu: ((after.cpu - before.cpu) * 1000) / (after.at - before.at),
      readings: readings.length,
    };
  } finally {
    await consumer.stop();
    await place.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

function readAgainAndAgain(place: RunPlace): { stop(): Promise<readonly Reading[]> } {
  const readings: Reading[] = [];
  const stop = new AbortController();
  const reading = (async () => {
    while (!stop.signal.aborted) {
      const at = Date.now();
      const counts = await place.readCounts();
      readings.push({ at, tickets: Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0) });
      await new Promise((resolve) => setTimeout(resolve, READ_MS));
    }
  })();
  return {
    stop: async () => {
      stop.abort();
      await reading;
      return readings;
    },
  };
}
