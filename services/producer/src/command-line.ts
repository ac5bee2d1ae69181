import { settingsHelp, type Environment } from '@client-tickets/service-kit';
import { Command, CommanderError } from 'commander';
import { producerSettings } from './config.ts';

const FLAGS = [
  { name: 'count', value: '<n>', variable: 'TICKET_COUNT' },
  { name: 'rate', value: '<n>', variable: 'TICKETS_PER_SECOND' },
  { name: 'seed', value: '<n>', variable: 'TICKET_SEED' },
  { name: 'brokers', value: '<list>', variable: 'KAFKA_BROKERS' },
  { name: 'topic', value: '<name>', variable: 'KAFKA_TOPIC' },
] as const;

export type CommandLine =
  | { readonly kind: 'run'; readonly flags: Environment }
  /** What was asked for, or what is wrong, has been printed. */
  | { readonly kind: 'help' | 'wrong' };

/** Reads flags as the variables that they stand for, so that one schema checks both. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const command = new Command('producer')
    .description(
      'Makes support tickets and sends them to a topic. A flag goes before its environment variable.',
    )
    .exitOverride()
    .addHelpText('after', `\n${settingsHelp(producerSettings)}`);
  for (const { name, value, variable } of FLAGS) command.option(`--${name} ${value}`, variable);
  try {
    // `pnpm producer -- --count 5` hands the dashes on.
    command.parse(args[0] === '--' ? args.slice(1) : args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: error.exitCode === 0 ? 'help' : 'wrong' };
  }
  const given = command.opts<Partial<Record<string, string>>>();
  return {
    kind: 'run',
    flags: Object.fromEntries(
      FLAGS.flatMap(({ name, variable }) => (given[name] === undefined ? [] : [[variable, given[name]]])),
    ),
  };
}
