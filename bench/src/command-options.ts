import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { z } from 'zod';

/** A command of the benchmark, with the options that all of them have. */
export function benchCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(
      '--home <folder>',
      'where peers, Node.js and bundles are (BENCH_HOME)',
      process.env['BENCH_HOME'] ?? join(homedir(), '.cache/client-tickets-bench'),
    )
    .option(
      '--brokers <list>',
      'comma-separated (KAFKA_BROKERS)',
      process.env['KAFKA_BROKERS'] ?? 'localhost:19092',
    )
    .option(
      '--node <path>',
      "Node.js that runs the services (BENCH_NODE); default: the image's version, which set-up installs",
      process.env['BENCH_NODE'],
    )
    .option('--output <folder>', 'where the JSON and the table go', join(import.meta.dirname, '../results'))
    .exitOverride();
}

/** `undefined`: help was asked for, or something is wrong; both have been printed. */
export function parseOptions<T>(
  command: Command,
  schema: z.ZodType<T>,
  args: readonly string[],
): T | undefined {
  try {
    // `pnpm bench -- --help` hands on the two dashes.
    command.parse(args[0] === '--' ? args.slice(1) : [...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return undefined;
  }
  return schema.parse(command.opts());
}

export function positive(given: string): number {
  const number = Number(given);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError(`expected a whole number from 1 on, found ${given}`);
}

export function positiveList(given: string): readonly number[] {
  return given.split(',').map((each) => positive(each.trim()));
}

/** A length of time up to a day; fractions allowed. */
export function minutes(given: string): number {
  const number = Number(given);
  if (number > 0 && number <= 1_440) return number;
  throw new InvalidArgumentError(`expected minutes, found ${given}`);
}
