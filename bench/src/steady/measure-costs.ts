import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { parseDuration } from '@client-tickets/micro-batch';
import { assigned, startConsumer } from '../consumer-process.ts';
import type { MeasuredService } from '../measured-service.ts';
import { runPlace, type RunPlace } from '../run-place.ts';
import { startS3Proxy, type S3Proxy } from '../s3-proxy.ts';
import { startTickets, TICKETS, withRun, type SteadyOptions } from './measure-steady.ts';
import type { SteadyRow } from './watch-usage.ts';

type Settings = NonNullable<SteadyRow['settings']>;

interface Running {
  readonly settings: Settings;
  readonly consumer: MeasuredService;
  readonly proxy: S3Proxy;
  readonly place: RunPlace;
}

/** Each trigger with each time after which a result file is finished. */
export function combinations(triggers: readonly string[], rollovers: readonly string[]): readonly Settings[] {
  return triggers.flatMap((trigger) => rollovers.map((rollover) => ({ trigger, rollover })));
}

/**
 * At least `minutes`, and as many as hold whole rounds of the longest rollover: files that are finished now and then would else
 * count once too often or too seldom.
 */
export function minutesToWatch(minutes: number, rollovers: readonly string[]): number {
  const longest = Math.max(0, ...rollovers.map((rollover) => parseDuration(rollover) / 60_000));
  return longest === 0 ? minutes : Math.ceil(minutes / longest) * longest;
}

/**
 * Requests of consumers whose trigger and rollover differ, all at the same time and with the same tickets, each through a proxy of its
 * own: what they ask of S3 does not depend on who else runs.
 */
export async function measureCosts(
  options: SteadyOptions & { readonly triggers: readonly string[]; readonly rollovers: readonly string[] },
): Promise<readonly SteadyRow[]> {
  const { triggers, rollovers, endpoint } = options;
  const minutes = minutesToWatch(options.minutes, rollovers);
  return withRun({ ...options, minutes }, async ({ run, watch }) => {
    const running: Running[] = [];
    const producer: { process?: MeasuredService } = {};
    try {
      for (const [index, settings] of combinations(triggers, rollovers).entries()) {
        const groupId = `${run.groupId}-${index}`;
        const folder = join(run.folder, String(index));
        await mkdir(folder);
        const place = runPlace('s3', { folder, id: groupId });
        const proxy = await startS3Proxy(endpoint);
        const consumer = startConsumer({
          ...run,
          groupId,
          folder,
          place,
          trigger: settings.trigger,
          maxOffsetsPerTrigger: 0,
          env: { AWS_ENDPOINT_URL_S3: proxy.url, RESULTS_ROLLOVER_INTERVAL: settings.rollover },
        });
        running.push({ settings, consumer, proxy, place });
        await assigned(consumer);
      }
      producer.process = await startTickets(
        run,
        running.map(({ proxy }) => proxy),
      );
      const rows = await watch(
        TICKETS,
        running.map(({ consumer, proxy }) => ({
          who: 'consumer',
          process: consumer,
          requests: () => proxy.counts(),
        })),
      );
      return rows.map((row, index) => ({ ...row, settings: running[index]?.settings }));
    } finally {
      await producer.process?.stop();
      for (const { consumer, proxy, place } of running) {
        await consumer.stop();
        await place.remove();
        await proxy.close();
      }
    }
  });
}
