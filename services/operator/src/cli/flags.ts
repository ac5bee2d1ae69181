import { InvalidArgumentError, type Command } from 'commander';
import { addFlags as addFlagsOf, type Environment, type Flag } from '@client-tickets/service-kit';
import { operatorSettings } from '../config.ts';

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
  return addFlagsOf(command, flags, operatorSettings);
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
