import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleOf } from '../build-bundles.ts';
import type { MeasuredBuild } from '../service-run.ts';
import { consumerEnvironment, consumerNodeFlags } from '../consumer-settings.ts';
import { measureProcess } from '../measure-process.ts';
import { runPlace, type PlaceKind } from '../run-place.ts';
import { topicOf, type Workload } from '../workload.ts';
import { cpuProfileSchema, timeBy } from './cpu-profile.ts';
import { byLibrary } from './libraries.ts';
import type { ProfileReport } from './profile-report.ts';
import { createSourceFinder } from './source-files.ts';
import { byStage } from './stages.ts';

/** Runs the bundle over a workload with Node's profiler, and adds up the profiles of all its processes and threads. */
export async function measureProfile(
  options: MeasuredBuild & {
    readonly workload: Workload;
    readonly where: PlaceKind;
    readonly timeoutSeconds: number;
    /** Where the profiles go, for tools that draw flame graphs; else they are removed. */
    readonly keepIn?: string | undefined;
  },
): Promise<Omit<ProfileReport, 'kind' | 'startedAt' | 'circumstances' | 'workload'>> {
  const { home, node, workload, where, timeoutSeconds } = options;
  const folder = await mkdtemp(join(tmpdir(), 'bench-profile-'));
  const profiles = options.keepIn ?? join(folder, 'profiles');
  const id = `bench-profile-${randomUUID()}`;
  const place = runPlace(where, { folder, id });
  try {
    const before = new Set(await profilesOf(profiles));
    const measured = await measureProcess(
      {
        file: node.path,
        args: [
          ...consumerNodeFlags(),
          '--cpu-prof',
          `--cpu-prof-dir=${profiles}`,
          bundleOf('consumer', home),
        ],
        env: consumerEnvironment({
          ...options,
          topic: topicOf(workload),
          groupId: id,
          folder,
          place,
          trigger: 'availableNow',
          maxOffsetsPerTrigger: workload.maxOffsetsPerTrigger,
        }),
        cwd: folder,
      },
      { folder, timeoutSeconds },
    );
    if (measured.exitCode !== 0) {
      const log = await readFile(join(folder, 'stdout.log'), 'utf8');
      throw new Error(`the consumer ended with ${measured.exitCode}:\n${log.slice(-1_000)}`);
    }
    const names = (await profilesOf(profiles)).filter((name) => !before.has(name));
    const findSource = createSourceFinder();
    const stages: Record<string, number> = {};
    const libraries: Record<string, number> = {};
    for (const name of names) {
      const profile = cpuProfileSchema.parse(JSON.parse(await readFile(join(profiles, name), 'utf8')));
      addTimes(stages, timeBy(profile, findSource, byStage));
      addTimes(libraries, timeBy(profile, findSource, byLibrary));
    }
    const { wallSeconds, cpuSeconds } = measured;
    return { place: place.title, threads: names.length, wallSeconds, cpuSeconds, stages, libraries };
  } finally {
    await place.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

function addTimes(sum: Record<string, number>, times: ReadonlyMap<string, number>): void {
  for (const [group, time] of times) sum[group] = (sum[group] ?? 0) + time;
}

async function profilesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
  } catch {
    return []; // Node makes the folder
  }
}
