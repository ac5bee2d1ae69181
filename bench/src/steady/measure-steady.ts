import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTopic } from '@client-tickets/kafka';
import { silentLogger, systemClock as clock } from '@client-tickets/micro-batch';
import { assigned, startConsumer, startProducer } from '../consumer-process.ts';
import type { MeasuredBuild, ServiceRun } from '../service-run.ts';
import { uiUrl } from '../pipeline-ui-url.ts';
import { runPlace } from '../run-place.ts';
import { until, type MeasuredService } from '../measured-service.ts';
import { startS3Proxy, type S3Proxy } from '../s3-proxy.ts';
import { startSpark } from './spark.ts';
import { openViewer } from './viewer.ts';
import { watchUsage, type SteadyRow } from './watch-usage.ts';

export interface SteadyOptions extends MeasuredBuild {
  readonly endpoint: string;
  readonly bucket: string;
  readonly minutes: number;
  readonly settleSeconds: number;
  readonly onPhase: (text: string) => void;
}

const IDLE = 'idle';
export const TICKETS = '1 ticket a second';

/** Consumer and producer of this project, with a trigger of one second and everything on local S3. */
export async function measureClientTickets(options: SteadyOptions): Promise<readonly SteadyRow[]> {
  return withRun(options, async ({ run, proxy, watch }) => {
    const place = runPlace('s3', { folder: run.folder, id: run.groupId });
    const consumer = startConsumer({
      ...run,
      place,
      trigger: '1 second',
      maxOffsetsPerTrigger: 50,
      env: { AWS_ENDPOINT_URL_S3: proxy.url },
    });
    try {
      await assigned(consumer);
      const watched = { who: 'consumer', process: consumer, requests: () => proxy.counts() };
      const idle = await watch(IDLE, [watched]);
      const url = uiUrl(await consumer.readLog());
      if (url === undefined) throw new Error('the consumer does not say where its UI is');
      const viewed = async (load: string): Promise<readonly SteadyRow[]> => {
        const closeViewer = await openViewer(url);
        try {
          return await watch(`${load}, one viewer of the UI`, [watched]);
        } finally {
          closeViewer();
        }
      };
      const rows = [...idle, ...(await viewed(IDLE))];
      const producer = await startTickets(run, [proxy]);
      try {
        rows.push(...(await watch(TICKETS, [watched, { who: 'producer', process: producer }])));
        rows.push(...(await viewed(TICKETS)));
        return rows;
      } finally {
        await producer.stop();
      }
    } finally {
      await consumer.stop();
      await place.remove();
    }
  });
}

/** The peer's job with the same trigger, its results and checkpoints on the same S3 (`peers/pyspark_job.py`). */
export async function measureSpark(options: SteadyOptions): Promise<readonly SteadyRow[]> {
  return withRun(options, async ({ run, proxy, watch }) => {
    const place = runPlace('s3', { folder: run.folder, id: run.groupId });
    const spark = startSpark({ ...run, endpoint: proxy.url, bucket: options.bucket, trigger: '1 second' });
    const producer: { process?: MeasuredService } = {};
    try {
      // It has gone through its first, empty triggers when its requests have stopped growing; then it is as warm as it gets.
      await until(async () => (await spark.readLog()).includes('both queries run'), {
        what: 'Spark to start its queries',
        service: spark,
        seconds: 240,
      });
      const watched = { who: 'PySpark 4.0.0', process: spark, requests: () => proxy.counts() };
      const idle = await watch(IDLE, [watched]);
      producer.process = startProducer({ ...run, ticketsPerSecond: 1, tickets: 0 });
      return [...idle, ...(await watch(TICKETS, [watched]))];
    } finally {
      await producer.process?.stop();
      await spark.stop();
      await place.remove();
    }
  });
}

/** A ticket a second, of which each of these proxies has seen something written. */
export async function startTickets(run: ServiceRun, proxies: readonly S3Proxy[]): Promise<MeasuredService> {
  const before = proxies.map(writes);
  const producer = startProducer({ ...run, ticketsPerSecond: 1, tickets: 0 });
  await until(async () => proxies.every((proxy, index) => writes(proxy) > (before[index] ?? 0)), {
    what: 'the first ticket to be written',
    service: producer,
    seconds: 300,
  }).catch(async (error: unknown) => {
    await producer.stop();
    throw error;
  });
  return producer;
}

function writes(proxy: Pick<S3Proxy, 'counts'>): number {
  return proxy.counts()['PUT'] ?? 0;
}

export type Watch = (
  load: string,
  watched: Parameters<typeof watchUsage>[0]['watched'],
) => Promise<readonly SteadyRow[]>;

/**
 * A topic, a folder and a proxy for one run; and how it is watched, once it has settled: an idle one has when it has written nothing
 * for `settleSeconds` and waits for no answer.
 */
export async function withRun(
  options: SteadyOptions,
  work: (its: {
    readonly run: ServiceRun;
    readonly proxy: S3Proxy;
    readonly watch: Watch;
  }) => Promise<readonly SteadyRow[]>,
): Promise<readonly SteadyRow[]> {
  const { brokers, minutes, settleSeconds, onPhase } = options;
  const id = `bench-steady-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), 'bench-steady-'));
  const proxy = await startS3Proxy(options.endpoint);
  const connection = { brokers: [...brokers] };
  await ensureTopic({
    connection,
    topic: id,
    partitions: 3,
    replicationFactor: 3,
    logger: silentLogger,
    clock,
  });
  const watch: Watch = async (load, watched) => {
    onPhase(`${load}: settling`);
    const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, settleSeconds * 1000));
    if (load.startsWith(TICKETS)) await settle();
    else
      for (let before = -1; before < writes(proxy) || proxy.underWay() > 0;) {
        before = writes(proxy);
        await settle();
      }
    return watchUsage({
      watched,
      load,
      minutes,
      onSecond: (seconds) => onPhase(`${load}: ${Math.round(seconds)} of ${Math.round(minutes * 60)} s`),
    });
  };
  try {
    return await work({ run: { ...options, topic: id, groupId: id, folder }, proxy, watch });
  } finally {
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  }
}
