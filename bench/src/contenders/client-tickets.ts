import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openObjectStore, parseLocation } from '@client-tickets/object-store';
import { z } from 'zod';
import type { Contender, Run } from '../contender.ts';
import { consumerBundle } from '../build-consumer.ts';
import { removeObjects } from '../remove-objects.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** What a container of 512 MB makes Node choose by itself; without a limit it collects garbage later and holds 90 MB more. */
const NODE_FLAGS = ['--max-old-space-size=320'];
const COUNTS = 'ticket_counts/part-00000.json';

const lineSchema = z.object({ type: z.string(), ticket_count: z.number() });

/** The consumer of this project. With `s3`, results and checkpoints are on the S3 server of the environment. */
export function clientTickets(where: 'folder' | 's3'): Contender {
  const place = (run: Run): string =>
    where === 's3' ? `s3://${process.env['S3_BUCKET'] ?? ''}/bench/${run.groupId}` : run.folder;
  const readCounts = async (run: Run): Promise<Readonly<Record<string, number>> | undefined> => {
    const text = where === 's3' ? await readObject(`${place(run)}/results/`) : await readText(run);
    return text === undefined ? undefined : countsOf(text);
  };
  return {
    name: where === 's3' ? 'client-tickets-s3' : 'client-tickets',
    title: where === 's3' ? 'Client Tickets, S3' : 'Client Tickets',
    job: `one process of the bundle that the image runs, heap limited to 320 MB, \`availableNow\`: counts by type, team and priority, enriched JSON **and** Parquet, dead letters, checkpoints, pipeline UI, ${where === 's3' ? 'everything on local S3' : 'everything in a local folder, with fsync'}`,
    missing: async () =>
      where === 's3' && process.env['AWS_ENDPOINT_URL_S3'] === undefined
        ? 'AWS_ENDPOINT_URL_S3 is not set'
        : undefined,
    command: (run) => ({
      file: process.execPath,
      args: [
        ...NODE_FLAGS,
        '--import',
        join(import.meta.dirname, '../count-requests.mjs'),
        consumerBundle(run.home),
      ],
      env: { ...consumerEnvironment(run, place(run)), TRIGGER: 'availableNow' },
      cwd: ROOT,
    }),
    // Asking S3 a hundred times a second would be work for the server that is measured with it.
    ...(where === 's3' ? {} : { hasResult: async (run: Run) => (await readCounts(run)) !== undefined }),
    result: async (run) => ({
      counts: await readCounts(run),
      enriched:
        where === 's3'
          ? []
          : (['json', 'parquet'] as const).map((format) => ({
              format,
              glob: join(run.folder, `results/tickets/*/*.${format}`),
            })),
      ...(where === 's3' ? { s3Requests: Number(await readFile(join(run.folder, 'requests'), 'utf8')) } : {}),
    }),
    cleanUp: async (run) => {
      if (where === 's3') await removeObjects(`${place(run)}/`);
    },
  };
}

export function consumerEnvironment(run: Run, place: string): Readonly<Record<string, string>> {
  return {
    KAFKA_BROKERS: run.brokers.join(','),
    KAFKA_TOPIC: run.topic,
    KAFKA_GROUP_ID: run.groupId,
    MAX_OFFSETS_PER_TRIGGER: String(run.workload.maxOffsetsPerTrigger),
    RESULTS_PATH: `${place}/results/`,
    CHECKPOINT_PATH: `${place}/checkpoints/`,
    HTTP_PORT: '0',
    NODE_ENV: 'production',
    BENCH_REQUESTS_FILE: join(run.folder, 'requests'),
  };
}

async function readText({ folder }: Run): Promise<string | undefined> {
  try {
    return await readFile(join(folder, 'results', COUNTS), 'utf8');
  } catch {
    return undefined; // not there yet
  }
}

async function readObject(location: string): Promise<string | undefined> {
  const store = await openObjectStore(parseLocation(location), {
    s3: { endpoint: process.env['AWS_ENDPOINT_URL_S3'] },
  });
  try {
    const found = await store.get(COUNTS);
    return found && Buffer.from(found.body).toString();
  } finally {
    await store.close();
  }
}

function countsOf(text: string): Readonly<Record<string, number>> {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const { type, ticket_count } = lineSchema.parse(JSON.parse(line));
      return [type, ticket_count];
    }),
  );
}
