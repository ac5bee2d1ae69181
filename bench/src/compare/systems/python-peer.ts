import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { System, EnrichedFiles, Run } from '../system.ts';
import { installationVersion, missingInstallation } from './installation.ts';

const PEERS = join(import.meta.dirname, '../../../peers');

/** A peer whose job is a Python script under `peers/`, run by its own virtual environment. */
export function pythonPeer(options: {
  readonly name: string;
  /** What it is called under `peers/`, where that is not its name. */
  readonly installation?: string;
  /** Under `peers/`, where it is not called after its installation. */
  readonly script?: string;
  /** What its script imports, under `peers/`. */
  readonly modules?: readonly string[];
  readonly title: string;
  readonly job: string;
  readonly guess: System['guess'];
  /** Where counts appear, in the run's folder. */
  readonly countsFile: string;
  readonly enriched: EnrichedFiles;
  readonly readCounts: (text: string) => Readonly<Record<string, number>>;
  readonly moreArguments?: (run: Run) => readonly string[];
  readonly moreEnvironment?: (run: Run) => Readonly<Record<string, string>>;
}): System {
  const { name, title, job, guess, countsFile, enriched, readCounts } = options;
  const { moreArguments = () => [], moreEnvironment = () => ({}) } = options;
  const { installation = name, modules = [] } = options;
  const script = join(PEERS, options.script ?? `${installation}_job.py`);
  return {
    name,
    title,
    job,
    guess,
    missing: (home) => missingInstallation(home, installation),
    version: ({ home }) =>
      installationVersion(home, installation, [script, ...modules.map((module) => join(PEERS, module))]),
    command: (run) => ({
      file: join(run.home, installation, 'bin/python'),
      args: [
        script,
        run.brokers.join(','),
        run.topic,
        String(run.workload.maxOffsetsPerTrigger),
        run.folder,
        ...moreArguments(run),
      ],
      env: {
        BENCH_HOME: run.home,
        BENCH_CORES: String(run.cores),
        KAFKA_GROUP_ID: run.groupId,
        ...moreEnvironment(run),
      },
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
