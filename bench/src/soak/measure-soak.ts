import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { poll, runTickets } from '@client-tickets/testkit';
import { readBatches } from '../batch-log.ts';
import { startConsumer, startProducer } from '../consumer-process.ts';
import { groupEnvironment } from '../consumer-settings.ts';
import { until, type MeasuredService } from '../measured-service.ts';
import { runPlace, type RunPlace } from '../run-place.ts';
import type { MeasuredBuild, ServiceRun } from '../service-run.ts';
import { percentile } from '../spread.ts';
import { fetchTopicOffsets, type TopicOffsets } from '../topic-offsets.ts';
import type { SoakEnd, SoakReport } from './soak-report.ts';
import { sumObjects, type SoakRow } from './soak-rows.ts';

export interface SoakOptions
  extends
    MeasuredBuild,
    Pick<SoakReport, 'ticketsPerSecond' | 'rollover' | 'killEveryMinutes' | 'optimizeEveryMinutes'> {
  readonly minutes: number;
  /** After the last ticket, until all are counted. */
  readonly drainSeconds: number;
  readonly onRow: (rows: readonly SoakRow[]) => Promise<void>;
  readonly onPhase: (phase: string) => void;
}

export interface Soak extends SoakEnd {
  readonly rows: readonly SoakRow[];
}

const LOOK_MS = 1_000;
const MINUTE_MS = 60_000;

/**
 * Keeps a consumer busy for long: tickets come at an even rate, it is killed (SIGKILL) at even distances and started again at once,
 * and now and then the table's small files are merged while it writes. Once all tickets are counted it is stopped in order, and what
 * it left is verified. Rejects when `tickets optimize` fails, or when tickets stay uncounted.
 */
export async function measureSoak(options: SoakOptions): Promise<Soak> {
  const { minutes, killEveryMinutes, optimizeEveryMinutes, onRow, onPhase } = options;
  const id = `bench-soak-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), 'bench-soak-'));
  const place = runPlace('s3', { folder, id });
  const run: ServiceRun = { ...options, topic: id, groupId: id, folder };
  const tickets = ticketsCommand(run, place);
  let startedAt = performance.now();
  const minute = (): number => (performance.now() - startedAt) / MINUTE_MS;
  const rows: SoakRow[] = [];
  let optimized = 0;
  let lifeStartedAt = Date.now();
  let consumer = await startLife(options, run, place, 1);
  const producer = startProducer({ ...run, ticketsPerSecond: options.ticketsPerSecond, tickets: 0 });
  let optimizing: Promise<void> | undefined;

  async function optimize(): Promise<void> {
    await poll('the first file of the table', options.drainSeconds * 1000, async () => {
      return sumObjects(await place.resultObjects()).tableLogFiles > 0;
    });
    const { code, output } = await tickets('optimize');
    if (code !== 0) throw new Error(`tickets optimize ended with ${code}:\n${output.slice(-1_000)}`);
    optimized += 1;
  }

  async function closeLife(fromMinute: number, residentBytes: number): Promise<void> {
    rows.push({
      fromMinute,
      toMinute: minute(),
      ...describeBatches(await consumer.readLog(), lifeStartedAt),
      residentBytes,
      checkpointBytes: await place.checkpointBytes(),
      ...sumObjects(await place.resultObjects()),
    });
    await onRow(rows);
  }

  try {
    await until(async () => (await place.readCounts()) !== undefined, {
      what: 'the first tickets to be counted',
      service: consumer,
      seconds: options.drainSeconds,
    });
    startedAt = performance.now();
    const lives = Math.ceil(minutes / killEveryMinutes);
    for (let life = 1; life <= lives; life += 1) {
      const fromMinute = minute();
      let peak = 0;
      do {
        peak = Math.max(peak, consumer.usage().residentBytes);
        onPhase(`minute ${Math.floor(minute())} of ${minutes}: life ${life} of the consumer`);
        if (optimizing === undefined && minute() >= (optimized + 1) * optimizeEveryMinutes)
          optimizing = optimize().finally(() => (optimizing = undefined));
        await Promise.race([
          delay(LOOK_MS),
          consumer.ended,
          ...(optimizing === undefined ? [] : [optimizing]),
        ]);
        await failIfEnded(consumer);
      } while (minute() < Math.min(minutes, life * killEveryMinutes));
      if (life < lives) {
        await consumer.kill();
        await closeLife(fromMinute, peak);
        lifeStartedAt = Date.now();
        consumer = await startLife(options, run, place, life + 1);
      } else {
        onPhase('the last tickets are counted');
        await optimizing;
        await producer.stop();
        const offsets = await fetchTopicOffsets(id, options.brokers);
        await until(async () => covers((await place.readCounts())?.ends, offsets), {
          what: 'all tickets to be counted',
          service: consumer,
          seconds: options.drainSeconds,
        });
        await consumer.stop(); // what it logged is read: it may log a batch after others see its counts
        await closeLife(fromMinute, peak);
      }
    }
    onPhase('verifying');
    const { code, output } = await tickets('verify');
    const offsets = await fetchTopicOffsets(id, options.brokers);
    return {
      rows,
      produced: [...offsets.values()].reduce((sum, { latest }) => sum + latest, 0),
      optimized,
      verified: {
        code: typeof code === 'number' ? code : -1,
        lastLine: output.trim().split('\n').at(-1) ?? '',
      },
    };
  } finally {
    await producer.stop();
    await consumer.stop();
    await place.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Each has a folder of its own, for its log. */
async function startLife(
  { rollover }: SoakOptions,
  run: ServiceRun,
  place: RunPlace,
  nth: number,
): Promise<MeasuredService> {
  const folder = join(run.folder, `life-${nth}`);
  await mkdir(folder);
  return startConsumer({
    ...run,
    folder,
    place,
    trigger: '1 second',
    maxOffsetsPerTrigger: 0,
    env: { RESULTS_ROLLOVER_INTERVAL: rollover },
  });
}

function ticketsCommand(run: ServiceRun, place: RunPlace) {
  const environment = groupEnvironment({ ...run, place });
  return (...args: readonly string[]) => runTickets(args, environment);
}

function describeBatches(
  log: string,
  startedAt: number,
): Pick<SoakRow, 'secondsToFirstBatch' | 'batches' | 'rows' | 'p50' | 'p99'> {
  const batches = readBatches(log);
  const durations = batches.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const [first] = batches;
  return {
    secondsToFirstBatch: first === undefined ? null : (first.at - startedAt) / 1000,
    batches: batches.length,
    rows: batches.reduce((sum, batch) => sum + batch.rows, 0),
    p50: durations.length === 0 ? 0 : percentile(durations, 0.5),
    p99: durations.length === 0 ? 0 : percentile(durations, 0.99),
  };
}

function covers(
  counted: ReadonlyMap<string, number> | undefined,
  topic: ReadonlyMap<string, TopicOffsets>,
): boolean {
  return [...topic].every(([partition, { latest }]) => (counted?.get(partition) ?? 0) >= latest);
}

/** One that is killed here is not waited for, so one that has ended did so by itself. */
async function failIfEnded(consumer: MeasuredService): Promise<void> {
  const ended = await Promise.race([consumer.ended.then(() => true), Promise.resolve(false)]);
  if (ended) throw new Error(`the consumer has ended:\n${(await consumer.readLog()).slice(-1_000)}`);
}
