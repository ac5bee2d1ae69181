import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { Fault } from './faults/fault.ts';
import { FAULTS } from './faults/faults.ts';

const optionsSchema = z.object({
  fault: z.array(z.custom<Fault>()),
  seed: z.number(),
  runs: z.number().optional(),
  minutes: z.number().optional(),
  parallel: z.number(),
  results: z.string(),
  writeReport: z.boolean().default(false),
});

export interface ChaosOptions {
  readonly faults: readonly Fault[];
  readonly firstSeed: number;
  /** `undefined`: until the time is over. */
  readonly runs: number | undefined;
  readonly minutes: number | undefined;
  readonly parallel: number;
  readonly results: string;
  readonly writeReport: boolean;
}

/** `undefined`: help was asked for, or something is wrong; both have been printed. */
export function readCommandLine(args: readonly string[], now: Date): ChaosOptions | undefined {
  const command = new Command('test:chaos')
    .description(
      'Runs consumers on a real three-broker cluster and a real S3 server, breaks things while tickets flow, and proves that each ticket ' +
        'is in the results exactly once. By default each fault runs once.',
    )
    .addOption(
      new Option('-f, --fault <names>', `some of ${FAULTS.map(({ name }) => name).join(', ')}`)
        .argParser(parseFaults)
        .default([...FAULTS], 'all'),
    )
    .option('-s, --seed <n>', 'the first seed of each fault', wholeNumber(0), 1)
    .option('-n, --runs <n>', 'how many; each fault gets its share, and seeds count on', wholeNumber(0))
    .option('-m, --minutes <n>', 'start no further run after so long', wholeNumber(1))
    .option(
      '-p, --parallel <n>',
      'how many at a time, of those that leave the servers alone',
      wholeNumber(1),
      1,
    )
    .option(
      '--results <file>',
      'where each run is appended, as a line of JSON',
      join('data/chaos', `${now.toISOString().slice(0, 19).replaceAll(':', '')}.jsonl`),
    )
    .option('--write-report', 'put the table of all runs of that file into docs/reliability.md')
    .addHelpText('after', '\nRepeat one run: pnpm test:chaos --fault broker --seed 17')
    .exitOverride();
  try {
    command.parse(args[0] === '--' ? args.slice(1) : [...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return undefined;
  }
  const { fault: faults, seed: firstSeed, runs, minutes, ...rest } = optionsSchema.parse(command.opts());
  return {
    faults,
    firstSeed,
    runs: runs ?? (minutes === undefined ? faults.length : undefined),
    minutes,
    ...rest,
  };
}

function parseFaults(given: string): Fault[] {
  return given.split(',').map((text) => {
    const found = FAULTS.find(({ name }) => name === text.trim());
    if (found !== undefined) return found;
    throw new InvalidArgumentError(
      `expected some of ${FAULTS.map(({ name }) => name).join(', ')}, found ${text}`,
    );
  });
}

function wholeNumber(least: number): (given: string) => number {
  return (given) => {
    const number = Number(given);
    if (/^\d+$/.test(given) && Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`expected a whole number from ${least} on, found ${given}`);
  };
}
