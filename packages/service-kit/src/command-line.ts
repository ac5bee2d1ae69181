import { Command, CommanderError, Option } from 'commander';
import type { z } from 'zod';
import { describeSettings } from './describe-settings.ts';
import type { Environment } from './read-settings.ts';
import { settingsHelp } from './settings-help.ts';

/** A flag that stands for a variable, so that one schema checks both. */
export interface Flag {
  /** As commander writes it: `--count <n>`. Without a value the flag stands for `true`. */
  readonly option: string;
  readonly variable: string;
}

export type CommandLine =
  /** The variables that flags have set. */
  | { readonly kind: 'run'; readonly flags: Environment }
  /** What was asked for, or what is wrong, has been printed. */
  | { readonly kind: 'help' | 'wrong' };

/** Reads flags as the variables that they stand for. `--help` lists flags, variables and exit codes. */
export function readCommandLine(
  program: {
    readonly name: string;
    readonly description: string;
    readonly flags: readonly Flag[];
    readonly settings: z.ZodObject;
  },
  args: readonly string[],
): CommandLine {
  const { name, description, flags, settings } = program;
  const command = new Command(name)
    .description(`${description} A flag takes precedence over its environment variable.`)
    .exitOverride()
    .addHelpText('after', `\n${settingsHelp(settings)}`);
  const readFlags = addFlags(command, flags, settings);
  const kind = parseArguments(command, args);
  return kind === 'run' ? { kind, flags: readFlags() } : { kind };
}

/** Adds flags to a command. The function that is returned reads them, as the variables that they stand for. */
export function addFlags(command: Command, flags: readonly Flag[], settings: z.ZodObject): () => Environment {
  const descriptions = new Map(describeSettings(settings).map((row) => [row.name, row.description]));
  const options = flags.map(({ option, variable }) => ({
    option: new Option(option, `${descriptions.get(variable) ?? ''} (${variable})`),
    variable,
  }));
  for (const { option } of options) command.addOption(option);
  return () =>
    Object.fromEntries(
      options.flatMap(({ option, variable }) => {
        const value: unknown = command.getOptionValue(option.attributeName());
        // Of `--brokers <list>` with a `--no-brokers` beside it `true` says that neither was given.
        const isGiven = typeof value === 'string' || (value === true && option.isBoolean());
        return isGiven ? [[variable, String(value)]] : [];
      }),
    );
}

/** Parses for a command with `exitOverride`. Unless it is to `run`, what was asked for or what is wrong has been printed. */
export function parseArguments(command: Command, args: readonly string[]): CommandLine['kind'] {
  try {
    // `pnpm consumer -- --trigger availableNow` hands the dashes on.
    command.parse(args[0] === '--' ? args.slice(1) : args, { from: 'user' });
    return 'run';
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 'help' : 'wrong';
  }
}
