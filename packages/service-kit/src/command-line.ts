import { Command, CommanderError, Option } from 'commander';
import type { z } from 'zod';
import { describeSettings } from './describe-settings.ts';
import type { Environment } from './read-settings.ts';
import { settingsHelp } from './settings-help.ts';

/** A flag that stands for a variable: `--count <n>` for `TICKET_COUNT`. */
export interface Flag {
  readonly name: string;
  /** What follows the flag, as help shows it: `<n>`. Without it the flag stands for `true`. */
  readonly value?: string;
  readonly variable: string;
}

export type CommandLine =
  /** The variables that flags have set. */
  | { readonly kind: 'run'; readonly flags: Environment }
  /** What was asked for, or what is wrong, has been printed. */
  | { readonly kind: 'help' | 'wrong' };

/** Reads flags as the variables that they stand for, so that one schema checks both. `--help` lists flags, variables and exit codes. */
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
  const descriptions = new Map(describeSettings(settings).map((row) => [row.name, row.description]));
  const options = flags.map(({ name: flag, value, variable }) => {
    const text = value === undefined ? `--${flag}` : `--${flag} ${value}`;
    return { option: new Option(text, `${descriptions.get(variable) ?? ''} (${variable})`), variable };
  });
  for (const { option } of options) command.addOption(option);
  try {
    // `pnpm consumer -- --trigger availableNow` hands the dashes on.
    command.parse(args[0] === '--' ? args.slice(1) : args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: error.exitCode === 0 ? 'help' : 'wrong' };
  }
  const set = options.flatMap(({ option, variable }) => {
    const value: unknown = command.getOptionValue(option.attributeName());
    // `true` for a flag without a value.
    return typeof value === 'string' || value === true ? [[variable, String(value)] as const] : [];
  });
  return { kind: 'run', flags: Object.fromEntries(set) };
}
