import { parseStartingOffsets, parseTrigger } from '@client-tickets/micro-batch';
import { parseLocation } from '@client-tickets/object-store';
import {
  checkS3Keys,
  checkSasl,
  checkStart,
  groupSettings,
  kafkaSettings,
  logSettings,
  querySettings,
  storageSettings,
} from '@client-tickets/service-kit';
import { createTimeZone, parseMoment } from '@client-tickets/records';
import { parseFormats, UNKNOWN_FIELDS, type QueryHandlerOptions } from '@client-tickets/results';
import { z } from 'zod';

/** The variables of the consumer that matter to its operator. They have the same names and defaults, so that one `.env` serves both. */
export const operatorSettings = z
  .object({
    ...storageSettings(parseLocation),
    ...kafkaSettings,
    ...groupSettings,
    ...querySettings({
      parseTrigger,
      parseOffsets: parseStartingOffsets,
      parseMoment,
      parseFormats,
      parseZone: createTimeZone,
      unknownFields: UNKNOWN_FIELDS,
    }),
    ...logSettings,
  })
  .check(checkSasl)
  .check(checkS3Keys)
  .check(checkStart);

export type OperatorSettings = z.output<typeof operatorSettings>;

/** What decides the bytes that the consumer writes. */
export function handlerOptions(settings: OperatorSettings): QueryHandlerOptions {
  return {
    formats: settings.RESULTS_FORMAT,
    timestampZone: settings.TIMESTAMP_ZONE,
    unknownFields: settings.UNKNOWN_FIELDS,
  };
}
