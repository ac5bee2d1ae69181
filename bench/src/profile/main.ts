import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { buildBundles } from '../build-bundles.ts';
import { benchCommand, parseOptions, positive } from '../command-options.ts';
import { readCircumstances } from '../machine.ts';
import { findNode } from '../node-runtime.ts';
import { saveResult } from '../results-folder.ts';
import { placesOption, type PlaceKind } from '../run-place.ts';
import { seedTopic } from '../seed-topic.ts';
import { createStatusLine } from '../status-line.ts';
import { WORKLOADS, workloadSchema } from '../workload.ts';
import { measureProfile } from './measure-profile.ts';
import { profileMarkdown, type ProfileReport } from './profile-report.ts';

const status = createStatusLine();
const options = parseOptions(
  benchCommand(
    'bench:profile',
    "Shows what the consumer's CPU time goes into, by stage, over all its processes and threads, while it works through a workload.",
  )
    .option('-w, --workload <name>', `one of ${WORKLOADS.map(({ name }) => name).join(', ')}`, workloadNamed)
    .addOption(
      new Option('--place <name>', 'folder or s3').argParser(placesOption).default(['folder'], 'folder'),
    )
    .option('--timeout <seconds>', 'after which the run is given up', positive, 300)
    .option('--keep <folder>', 'keeps the profiles there; editors and browsers draw flame graphs of them'),
  z.object({
    home: z.string(),
    node: z.string().optional(),
    brokers: z.string(),
    output: z.string(),
    workload: workloadSchema.default({
      name: '1m',
      tickets: 1_000_000,
      maxOffsetsPerTrigger: 0,
      malformedPercent: 0,
    }),
    place: z.custom<readonly PlaceKind[]>(),
    timeout: z.number(),
    keep: z.string().optional(),
  }),
  process.argv.slice(2),
);
if (options !== undefined) {
  const { home, output, workload } = options;
  const brokers = options.brokers.split(',');
  const node = await findNode(home, options.node);
  status.say(`bundling the services, which run on Node ${node.version}`);
  await buildBundles(home);
  status.say('filling the topic, unless it is full');
  await seedTopic(workload, { brokers, home });
  status.say('running with the profiler');
  const report: ProfileReport = {
    kind: 'profile',
    startedAt: new Date().toISOString(),
    circumstances: await readCircumstances(node),
    workload,
    ...(await measureProfile({
      home,
      node,
      brokers,
      workload,
      where: options.place[0] ?? 'folder',
      timeoutSeconds: options.timeout,
      keepIn: options.keep === undefined ? undefined : resolve(options.keep),
    })),
  };
  process.stdout.write(
    `${profileMarkdown(report)}\n${await saveResult(output, report, profileMarkdown(report))}\n`,
  );
}

function workloadNamed(given: string): (typeof WORKLOADS)[number] {
  const found = WORKLOADS.find(({ name }) => name === given);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`expected one of ${WORKLOADS.map(({ name }) => name).join(', ')}`);
}
