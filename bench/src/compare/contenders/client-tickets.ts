import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBatches } from '../../batch-log.ts';
import { bundleOf, bundleVersion } from '../../build-bundles.ts';
import { consumerEnvironment, consumerNodeFlags } from '../../consumer-settings.ts';
import { readRequestCounts } from '../../request-counts.ts';
import { missingS3, runPlace, type PlaceKind, type RunPlace } from '../../run-place.ts';
import type { Contender, Run } from '../contender.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const JOB =
  'one process of the bundle that the image runs, heap limited to 320 MB, `availableNow`: counts by type, team and priority, enriched ' +
  'JSON **and** Parquet, dead letters, checkpoints, pipeline UI';

/** The consumer of this project. */
export function clientTickets(where: PlaceKind): Contender {
  const placeOf = ({ folder, groupId }: Run): RunPlace => runPlace(where, { folder, id: groupId });
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
        place: placeOf(run),
      }),
      cwd: ROOT,
    }),
  };
  if (where === 'folder') {
    return {
      ...common,
      name: 'client-tickets',
      title: 'Client Tickets',
      job: `${JOB}, everything in a local folder, with fsync`,
      missing: async () => undefined,
      hasResult: async (run) => (await placeOf(run).readCounts()) !== undefined,
      result: async (run) => ({
        counts: await placeOf(run).readCounts(),
        enriched: (['json', 'parquet'] as const).map((format) => ({
          format,
          glob: join(run.folder, `results/tickets/*/*.${format}`),
        })),
      }),
    };
  }
  return {
    ...common,
    name: 'client-tickets-s3',
    title: 'Client Tickets, S3',
    job: `${JOB}, everything on local S3`,
    missing: async () => missingS3(),
    // Asking S3 a hundred times a second would be work for the server that is measured with it: the log says when.
    result: async (run) => {
      const [first] = readBatches(await readFile(join(run.folder, 'stdout.log'), 'utf8'));
      return {
        counts: await placeOf(run).readCounts(),
        enriched: [],
        s3Requests: await readRequestCounts(run.folder),
        ...(first === undefined ? {} : { firstResultAt: first.at }),
      };
    },
    cleanUp: (run) => placeOf(run).remove(),
  };
}
