import { join } from 'node:path';
import { rowsPrefix } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { bundleOf, bundleVersion } from '../../build-bundles.ts';
import { consumerEnvironment, consumerNodeFlags } from '../../consumer-settings.ts';
import { readRequestCounts } from '../../request-counts.ts';
import { missingS3, runPlace, type PlaceKind, type RunPlace } from '../../run-place.ts';
import type { System, Run } from '../system.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const JOB =
  'one process of the bundle that the image runs, heap limited to 320 MB, `availableNow`: counts by type, team and priority, enriched ' +
  'JSON **and** Parquet, dead letters, checkpoints, pipeline UI';

/** The consumer of this project. */
export function clientTickets(where: PlaceKind): System {
  const places = new Map<Run, RunPlace>();
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
      env: consumerEnvironment({
        ...run,
        maxOffsetsPerTrigger: run.workload.maxOffsetsPerTrigger,
        trigger: 'availableNow',
        place: placeFor(run),
      }),
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
    name: 'client-tickets-s3',
    title: 'Client Tickets, S3',
    job: `${JOB}, everything on local S3`,
    missing: async () => missingS3(),
    result: async (run) => ({
      counts: await counts(run),
      enriched: [],
      s3Requests: await readRequestCounts(run.folder),
    }),
  };
}
