import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { CONTENDERS } from './contenders/index.ts';
import type { Contender } from './contender.ts';
import { WORKLOADS, type Workload } from './workload.ts';

export interface BenchOptions {
  readonly workloads: readonly Workload[];
  readonly contenders: readonly Contender[];
  readonly repetitions: number;
  readonly timeoutSeconds: number;
  readonly idleWaitSeconds: number;
  readonly keep: boolean;
  readonly install: boolean;
  readonly home: string;
  readonly brokers: readonly string[];
  readonly output: string;
}

const optionsSchema = z.object({
  workloads: z.array(z.custom<Workload>()),
  contenders: z.array(z.custom<Contender>()),
  repetitions: z.number(),
  timeout: z.number(),
  idleWait: z.number(),
  keep: z.boolean().default(false),
  install: z.boolean(),
  home: z.string(),
  brokers: z.string(),
  output: z.string(),
});

/** `undefined`: help was asked for, or something is wrong; both have been printed. */
export function readCommandLine(args: readonly string[]): BenchOptions | undefined {
  const command = new Command('bench')
    .description(
      'Measures this project side by side with others, on the same topics, and checks that all give the same results.',
    )
    .option(
      '-w, --workloads <names>',
      `some of ${WORKLOADS.map(({ name }) => name).join(', ')}`,
      among(WORKLOADS),
      named(WORKLOADS, ['200', '1m', '5m']),
    )
    .option(
      '-c, --contenders <names>',
      `some of ${CONTENDERS.map(({ name }) => name).join(', ')}`,
      among(CONTENDERS),
      [...CONTENDERS],
    )
    .option(
      '-r, --repetitions <n>',
      'how often each one runs each workload, in turn with the others',
      positive,
      3,
    )
    .option('--timeout <seconds>', 'after which a run is given up', positive, 300)
    .option(
      '--idle-wait <seconds>',
      'how long to wait before each run for a machine that has nothing else to do',
      positive,
      60,
    )
    .option(
      '--home <folder>',
      'where peers are installed (BENCH_HOME)',
      process.env['BENCH_HOME'] ?? join(homedir(), '.cache/client-tickets-bench'),
    )
    .option(
      '--brokers <list>',
      'comma-separated (KAFKA_BROKERS)',
      process.env['KAFKA_BROKERS'] ?? 'localhost:19092',
    )
    .option('--output <folder>', 'where the JSON and the table go', join(import.meta.dirname, '../results'))
    .option('--no-install', 'leaves out peers that are not installed, instead of installing them')
    .option('--keep', 'keeps the folder of each run, with its logs and results')
    .exitOverride();
  try {
    command.parse(args[0] === '--' ? args.slice(1) : [...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return undefined;
    }
    throw error;
  }
  const { timeout, idleWait, brokers, ...options } = optionsSchema.parse(command.opts());
  return { ...options, timeoutSeconds: timeout, idleWaitSeconds: idleWait, brokers: brokers.split(',') };
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

function positive(given: string): number {
  const number = Number(given);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError(`expected a whole number from 1 on, found ${given}`);
}
