import { InvalidArgumentError, Option, type Command } from 'commander';
import { describeSettings, type Environment } from '@client-tickets/service-kit';
import { operatorSettings } from '../config.ts';

/** A flag that stands for a variable, so that one schema checks both. */
export interface Flag {
  /** As commander writes it: `--results <location>`. */
  readonly option: string;
  readonly variable: string;
}

export const LOCATION_FLAGS: readonly Flag[] = [
  { option: '--results <location>', variable: 'RESULTS_PATH' },
  { option: '--checkpoints <location>', variable: 'CHECKPOINT_PATH' },
];

export const TOPIC_FLAG: Flag = { option: '--topic <name>', variable: 'KAFKA_TOPIC' };
export const BROKER_FLAGS: readonly Flag[] = [
  TOPIC_FLAG,
  { option: '--brokers <list>', variable: 'KAFKA_BROKERS' },
];

export const GROUP_FLAG: Flag = { option: '--group <name>', variable: 'KAFKA_GROUP_ID' };
export const FORMAT_FLAG: Flag = { option: '--format <names>', variable: 'RESULTS_FORMAT' };

export const START_FLAGS: readonly Flag[] = [
  { option: '--starting-offsets <offsets>', variable: 'STARTING_OFFSETS' },
  { option: '--starting-timestamp <time>', variable: 'STARTING_TIMESTAMP' },
  { option: '--trigger <when>', variable: 'TRIGGER' },
  { option: '--max-offsets-per-trigger <n>', variable: 'MAX_OFFSETS_PER_TRIGGER' },
  FORMAT_FLAG,
];

/** Adds flags to a command. The function that is returned reads them, as the variables they stand for. */
export function addFlags(command: Command, flags: readonly Flag[]): () => Environment {
  const descriptions = new Map(describeSettings(operatorSettings).map((row) => [row.name, row.description]));
  const options = flags.map(({ option, variable }) => ({
    option: new Option(option, `${descriptions.get(variable) ?? ''} (${variable})`),
    variable,
  }));
  for (const { option } of options) command.addOption(option);
  return () =>
    Object.fromEntries(
      options.flatMap(({ option, variable }) => {
        const value: unknown = command.getOptionValue(option.attributeName());
        return typeof value === 'string' ? [[variable, value]] : [];
      }),
    );
}

/** Parses an option that is no variable: what `parse` throws is said of the option. */
export function optionOf<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

/** A whole number of 0 or more. */
export const parseCount = optionOf((text) => {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError('expected a whole number of 0 or more.');
  return Number(text);
});
