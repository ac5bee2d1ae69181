import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Run, System } from '../system.ts';
import { installationVersion, missingInstallation } from './installation.ts';

const countSchema = z.object({ type: z.string(), ticket_count: z.number() });

const countsFile = ({ folder }: Pick<Run, 'folder'>): string =>
  join(folder, 'results/ticket_counts/part-00000.json');

/** How near to the machine's limit the others are: the same job in a native program (`bench/limit`). */
export const limit: System = {
  name: 'limit',
  title: 'Rust (the limit)',
  job:
    'librdkafka, sonic-rs and the parquet crate (`bench/limit`), a thread for each partition: counts by type, team, priority and hour, enriched ' +
    'JSON **and** Parquet, dead letters, a checkpoint, with fsync; all in one batch, so a crash begins again',
  guess: { startSeconds: 0.3, secondsPerMillion: 0.8 },
  missing: (home) => missingInstallation(home, 'limit'),
  version: ({ home }) => installationVersion(home, 'limit'),
  command: ({ home, brokers, topic, folder }) => ({
    file: join(home, 'limit/release/limit'),
    args: [brokers.join(','), topic, folder],
    env: {},
    cwd: folder,
  }),
  hasResult: async (run) => existsSync(countsFile(run)), // renamed when it is whole
  result: async (run) => {
    const lines = (await readFile(countsFile(run), 'utf8')).trim().split('\n');
    const counts = lines.map((line) => countSchema.parse(JSON.parse(line)));
    return {
      counts: Object.fromEntries(counts.map(({ type, ticket_count }) => [type, ticket_count])),
      enriched: [
        { format: 'json', glob: join(run.folder, 'results/tickets_json/partition=*/*.json') },
        { format: 'parquet', glob: join(run.folder, 'results/tickets/partition=*/*.parquet') },
      ],
    };
  },
};
