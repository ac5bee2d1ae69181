import { parseStartingOffsets, parseTrigger } from '@client-tickets/micro-batch';
import { parseLocation } from '@client-tickets/object-store';
import {
  address,
  boolean,
  checkS3Keys,
  choice,
  checkSasl,
  checkStart,
  hostNames,
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
  token,
} from '@client-tickets/service-kit';
import { createTimeZone, parseMoment } from '@client-tickets/records';
import { parseFormats, UNKNOWN_FIELDS } from '@client-tickets/results';
import { z } from 'zod';
import { parseLinks } from './page-links.ts';
import { rolloverSettings } from './rollover-settings.ts';
import { watermarkSettings } from './watermark-settings.ts';

/** Every variable of the consumer, those first that say what it does: help and page keep the order. */
export const consumerSettings = z
  .object({
    TRIGGER: setting(
      parsedBy('N milliseconds, seconds, minutes, hours or days, or availableNow', parseTrigger),
      {
        default: '1 second',
        description: 'When micro-batches start; availableNow takes what is there and ends.',
      },
    ),
    MAX_OFFSETS_PER_TRIGGER: setting(integer({ min: 0 }), {
      default: '50',
      description:
        'The most that one trigger of one consumer takes, shared among partitions by backlog; 0 for no limit.',
    }),
    ...startingSettings({ parseOffsets: parseStartingOffsets, parseMoment }),
    FAIL_ON_DATA_LOSS: setting(boolean(), {
      default: 'true',
      description:
        'Whether to stop when records were lost before they were read; false records the gap and goes on.',
    }),
    RESULTS_FORMAT: setting(parsedBy('json, parquet or both separated by a comma', parseFormats), {
      default: 'json,parquet',
      description: 'The files of enriched tickets.',
    }),
    ...rolloverSettings,
    RESULTS_OPTIMIZE: setting(choice(['off', 'daily']), {
      default: 'off',
      description:
        'Whether small Parquet files of the Delta Lake table are merged once a day, by one of the consumers; `tickets optimize` does it at any time.',
    }),
    ...watermarkSettings,
    TIMESTAMP_ZONE: setting(parsedBy('an IANA time zone such as Europe/Paris', createTimeZone), {
      default: 'UTC',
      description: 'The zone of times that name none.',
    }),
    UNKNOWN_FIELDS: setting(choice(UNKNOWN_FIELDS), {
      default: 'drop',
      description:
        'Fields that a ticket does not declare: drop them, or keep them as JSON text in a column extra.',
    }),
    ...storageSettings(parseLocation),
    ...kafkaSettings,
    KAFKA_GROUP_ID: setting(text('the name of a group'), {
      default: 'client-tickets-consumer',
      description: 'Consumers of one group share the partitions.',
    }),
    KAFKA_SESSION_TIMEOUT_MS: setting(integer({ min: 1_000, max: 1_800_000 }), {
      default: '15000',
      description:
        'How long a consumer that was killed or hangs keeps its partitions; brokers accept 6000 and more by default.',
    }),
    KAFKA_MAX_BATCH_BYTES: setting(integer({ min: 1_048_576, max: 268_435_456 }), {
      default: '33554432',
      description:
        'The most memory that one record batch may take once it is decompressed; producers send batches of 1 MB at the most.',
    }),
    KAFKA_UNREADABLE_BATCHES: setting(choice(['stop', 'dead-letter']), {
      default: 'stop',
      description:
        'What becomes of a record batch that is larger than that, damaged, or has offsets that can not be right: the consumer stops and names it, or writes one dead letter in place of all its records.',
    }),
    HTTP_HOST: setting(address(), {
      default: '127.0.0.1',
      description: 'Where the pipeline UI, its API, metrics and health listen.',
    }),
    HTTP_PORT: setting(integer({ min: 0, max: 65_535 }), {
      default: '8090',
      description: 'The port of the pipeline UI; 0 takes a free one.',
    }),
    HTTP_ALLOWED_HOSTS: setting(hostNames(), {
      description:
        'Further names under which browsers reach the pipeline UI, separated by commas, for instance behind a proxy; addresses and names without a dot are allowed anyway.',
    }),
    HTTP_LINKS: setting(parsedBy('name=http://address, several separated by commas', parseLinks), {
      description:
        'Links of the page to other pages about the pipeline, for instance Redpanda Console=http://localhost:8080.',
    }),
    HTTP_CONTROL_TOKEN: setting(token('a token'), {
      description: 'Lets its holder pause and resume through the API; without it that is not offered.',
      isSecret: true,
    }),
    ...logSettings,
  })
  .check(checkSasl)
  .check(checkS3Keys)
  .check(checkStart);

export type ConsumerSettings = z.output<typeof consumerSettings>;

/** The environment, the `.env` file below it, and on top what flags say. Throws a `SettingsError`. */
export function readConsumerSettings(flags: Readonly<Record<string, string | undefined>>): {
  readonly settings: ConsumerSettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
} {
  loadDotEnv();
  const environment = { ...process.env, ...flags };
  return { settings: readSettings(consumerSettings, environment), environment };
}

/** The topic as it is to be made. */
export function topicSettings(settings: ConsumerSettings) {
  return {
    topic: settings.KAFKA_TOPIC,
    partitions: settings.KAFKA_TOPIC_PARTITIONS,
    replicationFactor: settings.KAFKA_TOPIC_REPLICATION_FACTOR,
  };
}
