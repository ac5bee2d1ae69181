import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { rowsPrefix } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { bundleOf, bundleVersion } from '../../build-bundles.ts';
import { consumerEnvironment, consumerNodeFlags } from '../../consumer-settings.ts';
import { readRequestCounts } from '../../request-counts.ts';
import { missingS3, runPlace, type PlaceKind, type RunPlace } from '../../run-place.ts';
import { startS3Proxy, type S3Proxy } from '../../s3-proxy.ts';
import type { System, Run } from '../system.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const JOB =
  'one process of the bundle that the image runs, heap limited to 320 MB, `availableNow`: counts by type, team, priority and hour, enriched ' +
  'JSON **and** Parquet with a Delta table, dead letters, checkpoints, pipeline UI';

const LOCAL_S3 = {
  name: 'client-tickets-s3',
  title: 'Client Tickets, S3',
  job: `${JOB}, everything on local S3`,
} as const;

const distantS3 = (latencyMs: number): Pick<System, 'name' | 'title' | 'job'> => ({
  name: `${LOCAL_S3.name}-${latencyMs}ms`,
  title: `${LOCAL_S3.title} ${latencyMs} ms away`,
  job: `${LOCAL_S3.job}, behind a proxy in which each request waits for ${latencyMs} ms`,
});

/** Of a system that `distantS3` names. */
export function latencyOf(name: string): number | undefined {
  const [, latency] = /^client-tickets-s3-([1-9]\d{0,3})ms$/.exec(name) ?? [];
  return latency === undefined ? undefined : Number(latency);
}

/** The consumer of this project. `latencyMs`: how long each request to S3 is under way, beside what the local server takes. */
export function clientTickets(where: PlaceKind, latencyMs = 0): System {
  const places = new Map<Run, RunPlace>();
  const proxies = new Map<Run, S3Proxy>();
  const placeFor = (run: Run): RunPlace => {
    const place = places.get(run) ?? runPlace(where, { folder: run.folder, id: run.groupId });
    places.set(run, place);
    return place;
  };
  const common = {
    guess: { startSeconds: 1, secondsPerMillion: where === 's3' ? 6 : 5 },
    version: async ({ home, node }: Pick<Run, 'home' | 'node'>) =>
      `${await bundleVersion(home)} on ${node.version}`,
    command: (run: Run) => ({
      file: run.node.path,
      args: [
        ...consumerNodeFlags(),
        '--import',
        join(import.meta.dirname, '../../count-requests.mjs'),
        bundleOf('consumer', run.home),
      ],
      env: {
        ...consumerEnvironment({
          ...run,
          maxOffsetsPerTrigger: run.workload.maxOffsetsPerTrigger,
          trigger: 'availableNow',
          place: placeFor(run),
        }),
        ...proxied(proxies.get(run)),
      },
      cwd: ROOT,
    }),
  };
  const hasResult = async (run: Run): Promise<boolean> => {
    try {
      return (await placeFor(run).readCounts()) !== undefined;
    } catch {
      return false; // the consumer has not made its folder yet
    }
  };
  const counts = async (run: Run) => (await placeFor(run).readCounts())?.byType;
  const cleanUp = async (run: Run): Promise<void> => {
    await proxies.get(run)?.close();
    proxies.delete(run);
    await placeFor(run).remove();
    places.delete(run);
  };
  if (where === 'folder') {
    return {
      ...common,
      hasResult,
      cleanUp,
      name: 'client-tickets',
      title: 'Client Tickets',
      job: `${JOB}, everything in a local folder, with fsync`,
      missing: async () => undefined,
      result: async (run) => ({
        counts: await counts(run),
        enriched: (['json', 'parquet'] as const).map((format) => ({
          format,
          glob: join(run.folder, 'results', rowsPrefix(ticketQuery.table, format), `partition=*/*.${format}`),
        })),
      }),
    };
  }
  return {
    ...common,
    hasResult,
    // Less often, as asking is work for the server that is measured with it.
    resultEveryMs: 50,
    cleanUp,
    ...(latencyMs === 0 ? LOCAL_S3 : distantS3(latencyMs)),
    prepare: async (run) => {
      if (latencyMs === 0) return;
      const hold = (): Promise<unknown> => delay(latencyMs);
      proxies.set(run, await startS3Proxy(process.env['AWS_ENDPOINT_URL_S3'] ?? '', { hold }));
    },
    missing: async () => missingS3(),
    result: async (run) => ({
      counts: await counts(run),
      enriched: [],
      s3Requests: await readRequestCounts(run.folder),
    }),
  };
}

function proxied(proxy: S3Proxy | undefined): Readonly<Record<string, string>> {
  return proxy === undefined ? {} : { AWS_ENDPOINT_URL_S3: proxy.url };
}
