import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readBatches } from '../batch-log.ts';
import { assigned, startConsumer, startProducer } from '../consumer-process.ts';
import type { MeasuredBuild } from '../service-run.ts';
import { runPlace, type PlaceKind, type RunPlace } from '../run-place.ts';
import { until } from '../measured-service.ts';
import { percentile } from '../spread.ts';
import { coversAll, latenciesOf, type Sighting } from './latencies.ts';
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
  /** How long a round of the reader took on average, with its pause. */
  readEveryMs: z.number(),
});
export type Latency = z.infer<typeof latencySchema>;

const WARM_UP_SECONDS = 3;
/** On S3 less often: each time is a request to the server that is measured with it. */
const READ_EVERY_MS = { folder: 5, s3: 20 } as const;

/**
 * From produced to visible, with a trigger as fast as it goes. The time of a ticket is that of its record, which the producer
 * sets when it makes the ticket. It is visible when a reader of the published counts has found it counted; files follow by
 * their rollover. The reader asks again and again, so that each figure holds up to one of its rounds more than a consumer of the
 * results that is told at once would see. All clocks are this machine's.
 */
export async function measureLatency(
  options: MeasuredBuild & {
    readonly where: PlaceKind;
    readonly ticketsPerSecond: number;
    readonly seconds: number;
    /** Before these, with tickets that do not count. Default: 3. */
    readonly warmUpSeconds?: number;
    readonly onPhase: (phase: string) => void;
  },
): Promise<Latency> {
  const { brokers, where, ticketsPerSecond, seconds, warmUpSeconds = WARM_UP_SECONDS, onPhase } = options;
  const id = `bench-latency-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), 'bench-latency-'));
  const place = runPlace(where, { folder, id });
  const run = { ...options, topic: id, groupId: id, folder };
  const consumer = startConsumer({ ...run, place, trigger: '0 seconds', maxOffsetsPerTrigger: 0 });
  try {
    onPhase('the consumer starts');
    await assigned(consumer);
    onPhase(`${ticketsPerSecond} tickets a second for ${seconds} s`);
    const reader = readAgainAndAgain(place, READ_EVERY_MS[where]);
    const before = { cpu: consumer.usage().cpuSeconds, at: performance.now() };
    const producer = startProducer({
      ...run,
      ticketsPerSecond,
      tickets: Math.ceil(ticketsPerSecond * (seconds + warmUpSeconds)),
    });
    if ((await producer.ended) !== 0)
      throw new Error(`the producer failed:\n${(await producer.readLog()).slice(-1_000)}`);
    const after = { cpu: consumer.usage().cpuSeconds, at: performance.now() };

    onPhase('the last tickets become visible');
    const records = await readRecordTimes(id, brokers);
    await until(async () => coversAll(reader.last(), records), {
      what: 'the last tickets',
      service: consumer,
      seconds: 300,
    });
    const sightings = await reader.stop();
    const latencies = latenciesOf(records, sightings, warmUpSeconds * 1000);
    return {
      place: place.title,
      ticketsPerSecond,
      producedPerSecond: Math.round(producedRate(records) * 10) / 10,
      tickets: latencies.length,
      batches: readBatches(await consumer.readLog()).length,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      max: percentile(latencies, 1),
      consumerCpu: ((after.cpu - before.cpu) * 1000) / (after.at - before.at),
      readEveryMs: reader.everyMs(),
    };
  } finally {
    await consumer.stop();
    await place.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

interface CountsReader {
  last(): Sighting;
  everyMs(): number;
  stop(): Promise<readonly Sighting[]>;
}

function readAgainAndAgain(place: RunPlace, pauseMs: number): CountsReader {
  const sightings: Sighting[] = [];
  const stop = new AbortController();
  const startedAt = performance.now();
  let rounds = 0;
  let last: Sighting = { at: Date.now(), ends: new Map() };
  const reading = (async () => {
    while (!stop.signal.aborted) {
      const found = await place.readCounts();
      rounds += 1;
      if (found !== undefined && !sameEnds(found.ends, last.ends)) {
        last = { at: Date.now(), ends: found.ends };
        sightings.push(last);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  })();
  reading.catch(() => undefined); // comes back through `stop`
  return {
    last: () => last,
    everyMs: () => Math.round(((performance.now() - startedAt) / Math.max(1, rounds)) * 10) / 10,
    stop: async () => {
      stop.abort();
      await reading;
      return sightings;
    },
  };
}

function sameEnds(a: Sighting['ends'], b: Sighting['ends']): boolean {
  return a.size === b.size && [...a].every(([partition, end]) => b.get(partition) === end);
}
