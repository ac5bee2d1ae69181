import { parseStartingOffsets, parseTrigger } from '@client-tickets/micro-batch';
import { parseLocation } from '@client-tickets/object-store';
import {
  boolean,
  checkS3Keys,
  checkSasl,
  checkStart,
  choice,
  integer,
  kafkaSettings,
  loadDotEnv,
  logSettings,
  parsedBy,
  readSettings,
  setting,
  startingSettings,
  storageSettings,
  text,
  type Environment,
} from '@client-tickets/service-kit';
import { createTimeZone, parseMoment } from '@client-tickets/records';
import { parseFormats, UNKNOWN_FIELDS, type QueryHandlerOptions } from '@client-tickets/results';
import { z } from 'zod';

/** The variables of the consumer that matter to its operator. They have the same names and defaults, so that one `.env` serves both. */
export const operatorSettings = z
  .object({
    ...storageSettings(parseLocation),
    ...kafkaSettings,
    KAFKA_GROUP_ID: setting(text('the name of a group'), {
      default: 'client-tickets-consumer',
      description: 'The group of the consumers.',
    }),
    ...startingSettings({ parseOffsets: parseStartingOffsets, parseMoment }),
    MAX_OFFSETS_PER_TRIGGER: setting(integer({ min: 0 }), {
      default: '50',
      description: 'The most that one trigger of one consumer takes; 0 for no limit.',
    }),
    TRIGGER: setting(
      parsedBy('N milliseconds, seconds, minutes, hours or days, or availableNow', parseTrigger),
      {
        default: '1 second',
        description: 'When micro-batches start.',
      },
    ),
    FAIL_ON_DATA_LOSS: setting(boolean(), {
      default: 'true',
      description: 'Whether the consumer stops when records were lost before they were read.',
    }),
    RESULTS_FORMAT: setting(parsedBy('json, parquet or both separated by a comma', parseFormats), {
      default: 'json,parquet',
      description: 'The files of enriched tickets.',
    }),
    TIMESTAMP_ZONE: setting(parsedBy('an IANA time zone such as Europe/Paris', createTimeZone), {
      default: 'UTC',
      description: 'The zone of times that name none.',
    }),
    UNKNOWN_FIELDS: setting(choice(UNKNOWN_FIELDS), {
      default: 'drop',
      description:
        'Fields that a ticket does not declare: drop them, or keep them as JSON text in a column extra.',
    }),
    ...logSettings,
  })
  .check(checkSasl)
  .check(checkS3Keys)
  .check(checkStart);

export type OperatorSettings = z.output<typeof operatorSettings>;

/** The environment, the `.env` file below it, and on top what flags say. Throws a `SettingsError`. */
export function readOperatorSettings(flags: Environment): {
  readonly settings: OperatorSettings;
  readonly environment: Environment;
} {
  loadDotEnv();
  const environment = { ...process.env, ...flags };
  return { settings: readSettings(operatorSettings, environment), environment };
}

/** What decides the bytes that the consumer writes. */
export function handlerOptions(settings: OperatorSettings): QueryHandlerOptions {
  return {
    formats: settings.RESULTS_FORMAT,
    timestampZone: settings.TIMESTAMP_ZONE,
    unknownFields: settings.UNKNOWN_FIELDS,
  };
}
