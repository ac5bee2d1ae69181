import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender, EnrichedFiles, Run } from '../contender.ts';

const PEERS = join(import.meta.dirname, '../../peers');

/** A peer whose job is a Python script under `peers/`, run by its own virtual environment. */
export function pythonPeer(options: {
  readonly name: string;
  readonly title: string;
  readonly job: string;
  /** Where counts appear, in the run's folder. */
  readonly countsFile: string;
  readonly enriched: EnrichedFiles;
  readonly readCounts: (text: string) => Readonly<Record<string, number>>;
  readonly moreArguments?: (run: Run) => readonly string[];
}): Contender {
  const { name, title, job, countsFile, enriched, readCounts, moreArguments = () => [] } = options;
  return {
    name,
    title,
    job,
    missing: async (home) => {
      if (existsSync(join(home, `${name}.ready`))) return undefined;
      const failed = join(home, `${name}.failed`);
      return existsSync(failed)
        ? (await readFile(failed, 'utf8')).trim()
        : 'not installed (bench/peers/set-up)';
    },
    command: (run) => ({
      file: join(run.home, name, 'bin/python'),
      args: [
        join(PEERS, `${name}_job.py`),
        run.brokers.join(','),
        run.topic,
        String(run.workload.maxOffsetsPerTrigger),
        run.folder,
        ...moreArguments(run),
      ],
      env: { BENCH_HOME: run.home, KAFKA_GROUP_ID: run.groupId },
      cwd: run.folder,
    }),
    hasResult: async ({ folder }) => {
      try {
        const file = join(folder, countsFile);
        return (
          (await stat(file)).size > 0 && Object.keys(readCounts(await readFile(file, 'utf8'))).length > 0
        );
      } catch {
        return false; // not there yet, or only half
      }
    },
    result: async ({ folder }) => ({
      counts: readCounts(await readFile(join(folder, countsFile), 'utf8')),
      enriched: [{ ...enriched, glob: join(folder, enriched.glob) }],
    }),
  };
}
