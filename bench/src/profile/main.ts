import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { benchCommand, parseOptions, positive } from '../command-options.ts';
import { placesOption, type PlaceKind } from '../run-place.ts';
import { seedTopic } from '../seed-topic.ts';
import { commonOptions, openSession } from '../session.ts';
import { WORKLOADS, workloadSchema, type Workload } from '../workload.ts';
import { measureProfile } from './measure-profile.ts';
import { profileMarkdown, type ProfileReport } from './profile-report.ts';

const DEFAULT_WORKLOAD = '1m';

export async function profile(args: readonly string[]): Promise<void> {
  const options = parseOptions(
    benchCommand(
      'bench profile',
      "Shows what the consumer's CPU time goes into, by stage, over all its processes and threads, while it works through a workload.",
    )
      .addOption(
        new Option('-w, --workload <name>', `one of ${WORKLOADS.map(({ name }) => name).join(', ')}`)
          .argParser(workloadNamed)
          .default(workloadNamed(DEFAULT_WORKLOAD), DEFAULT_WORKLOAD),
      )
      .addOption(
        new Option('--place <name>', 'folder or s3').argParser(placesOption).default(['folder'], 'folder'),
      )
      .option('--timeout <seconds>', 'after which the run is given up', positive, 300)
      .option('--keep <folder>', 'keeps the profiles there; editors and browsers draw flame graphs of them'),
    z.object({
      ...commonOptions,
      workload: workloadSchema,
      place: z.custom<readonly PlaceKind[]>(),
      timeout: z.number(),
      keep: z.string().optional(),
    }),
    args,
  );
  if (options === undefined) return;
  const { workload, timeout, keep } = options;
  const { status, node, head, finish } = await openSession('profile', options);
  status.say('filling the topic, unless it is full');
  await seedTopic(workload, options);
  status.say('running with the profiler');
  const measured = await measureProfile({
    ...options,
    node,
    where: options.place[0] ?? 'folder',
    timeoutSeconds: timeout,
    keepIn: keep === undefined ? undefined : resolve(keep),
  });
  const report: ProfileReport = { ...head, workload, ...measured };
  await finish(report, profileMarkdown(report));
}

function workloadNamed(given: string): Workload {
  const found = WORKLOADS.find(({ name }) => name === given);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`expected one of ${WORKLOADS.map(({ name }) => name).join(', ')}`);
}
