import { cpus } from 'node:os';
import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { benchCommand, parseOptions, positive, positiveList } from '../command-options.ts';
import { commonOptions } from '../session.ts';
import { WORKLOADS, type Workload } from '../workload.ts';
import type { System } from './system.ts';
import { clientTickets } from './systems/client-tickets.ts';
import { SYSTEMS } from './systems/index.ts';
import { parseRepetitions, type Repetitions } from './plan.ts';

const optionsSchema = z.object({
  workloads: z.custom<readonly Workload[]>(),
  systems: z.custom<readonly System[]>(),
  s3Latency: z.array(z.number()),
  repetitions: z.custom<Repetitions>(),
  timeout: z.number(),
  idleWait: z.number(),
  cores: z.number(),
  keep: z.boolean().default(false),
  install: z.boolean(),
  plan: z.boolean().default(false),
  fillOnly: z.boolean().default(false),
  continue: z.string().optional(),
  ...commonOptions,
});

export type BenchOptions = Readonly<Omit<z.infer<typeof optionsSchema>, 's3Latency'>>;

const DEFAULT_WORKLOADS = ['200', '1m', '5m'];

/** `undefined`: help was asked for, or something is wrong; both have been printed. */
export function readCommandLine(args: readonly string[]): BenchOptions | undefined {
  const command = benchCommand(
    'bench',
    'Measures this project side by side with others, on the same topics, and checks that all give the same results.',
  )
    .addOption(
      new Option('-w, --workloads <names>', `some of ${WORKLOADS.map(({ name }) => name).join(', ')}`)
        .argParser(among(WORKLOADS))
        .default(named(WORKLOADS, DEFAULT_WORKLOADS), DEFAULT_WORKLOADS.join(',')),
    )
    .addOption(
      new Option('-s, --systems <names>', `some of ${SYSTEMS.map(({ name }) => name).join(', ')}`)
        .argParser(among(SYSTEMS))
        .default(SYSTEMS, 'all'),
    )
    .option(
      '--s3-latency <list>',
      'this project also with an S3 server that answers so many milliseconds later: 30, or 20,40',
      positiveList,
      [],
    )
    .addOption(
      new Option(
        '-r, --repetitions <list>',
        'how often each one runs each workload, in turn with the others: 3, or 3,200=5,10m=1',
      )
        .argParser(parseRepetitions)
        .default(parseRepetitions('3'), '3'),
    )
    .option(
      '--continue <file>',
      'adds to an earlier result (its JSON) the runs that it lacks; runs of another build are made again',
    )
    .option('--plan', 'says at once how many runs that is and how long they may take, and ends')
    .option('--fill-only', 'fills the topics, and ends')
    .option('--timeout <seconds>', 'after which a run is given up', positive, 300)
    .option(
      '--idle-wait <seconds>',
      'how long to wait before each run for a machine that has nothing else to do',
      positive,
      60,
    )
    .option(
      '--cores <n>',
      'how many cores each system gets (taskset, where the machine has more)',
      positive,
      Math.min(2, cpus().length),
    )
    .option('--no-install', 'leaves out peers that are not installed, instead of installing them')
    .option('--keep', 'keeps the folder of each run, with its logs and results');
  const options = parseOptions(command, optionsSchema, args);
  if (options === undefined) return undefined;
  const { s3Latency, ...others } = options;
  return { ...others, systems: [...others.systems, ...s3Latency.map((ms) => clientTickets('s3', ms))] };
}

function named<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[],
): readonly T[] {
  return names.map((name) => {
    const found = all.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(
      `expected some of ${all.map((each) => each.name).join(', ')}, found ${name}`,
    );
  });
}

function among<T extends { readonly name: string }>(all: readonly T[]): (given: string) => readonly T[] {
  return (given) =>
    named(
      all,
      given.split(',').map((name) => name.trim()),
    );
}
