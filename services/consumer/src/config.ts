import { parseStartingOffsets, parseTrigger } from '@client-tickets/micro-batch';
import { parseLocation } from '@client-tickets/object-store';
import {
  address,
  checkS3Keys,
  choice,
  checkSasl,
  checkStart,
  groupSettings,
  hostNames,
  integer,
  kafkaSettings,
  logSettings,
  parsedBy,
  querySettings,
  setting,
  storageSettings,
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
    ...querySettings({
      parseTrigger,
      parseOffsets: parseStartingOffsets,
      parseMoment,
      parseFormats,
      parseZone: createTimeZone,
      unknownFields: UNKNOWN_FIELDS,
    }),
    ...rolloverSettings,
    RESULTS_OPTIMIZE: setting(choice(['off', 'daily']), {
      default: 'off',
      description:
        'Whether small Parquet files of the Delta Lake table are merged once a day, by one of the consumers; `tickets optimize` does it at any time.',
    }),
    ...watermarkSettings,
    ...storageSettings(parseLocation),
    ...kafkaSettings,
    ...groupSettings,
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
        'What becomes of a record batch that is larger than that, damaged, or has offsets that cannot be right: the consumer stops and names it, or writes one dead letter in place of all its records.',
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
