import { createTimeZone, utc, type TimeZone } from '@client-tickets/records';
import { RESULT_FORMATS, type ResultFormat } from './layout/result-keys.ts';

/** What a handler is told beside the declaration of its query. */
export interface QueryHandlerOptions {
  readonly formats: readonly ResultFormat[];
  /** Of times without an offset. Default UTC. */
  readonly timestampZone?: TimeZone;
  /** What becomes of fields that are not declared; `keep` stores them in a column `extra`. Default `drop`. */
  readonly unknownFields?: UnknownFields;
  /** How late a record may come and still count for its window, in milliseconds. Default 10 minutes. */
  readonly watermarkDelayMs?: number;
  /** Windows that end by then may be dropped, as the publisher knows (`CountsPublisher.droppableUntil`). Default: none may. */
  readonly droppableUntil?: () => number;
}

export const WATERMARK_DELAY_MS = 600_000;

export const UNKNOWN_FIELDS = ['drop', 'keep'] as const;
export type UnknownFields = (typeof UNKNOWN_FIELDS)[number];

/** As they are kept with a checkpoint. With a blank in its name, none is mistaken for a column of the query. */
const FORMATS = 'file formats';
const ZONE = 'time zone';
const UNKNOWN = 'unknown fields';

export function describeOptions({
  formats,
  timestampZone = utc,
  unknownFields = 'drop',
}: QueryHandlerOptions): Readonly<Record<string, string>> {
  return {
    [FORMATS]: RESULT_FORMATS.filter((format) => formats.includes(format)).join(', '),
    [ZONE]: timestampZone.name,
    [UNKNOWN]: unknownFields,
  };
}

/** The options that a checkpoint was started with. Throws a `RangeError` that names the one that is missing or unknown. */
export function readOptions(
  settings: Readonly<Record<string, string>>,
): Required<Pick<QueryHandlerOptions, 'formats' | 'timestampZone' | 'unknownFields'>> {
  const formats = (settings[FORMATS] ?? '').split(', ').map((name) => oneOf(FORMATS, RESULT_FORMATS, name));
  return {
    formats,
    timestampZone: createTimeZone(settings[ZONE] ?? ''),
    unknownFields: oneOf(UNKNOWN, UNKNOWN_FIELDS, settings[UNKNOWN]),
  };
}

function oneOf<Value extends string>(
  name: string,
  values: readonly Value[],
  found: string | undefined,
): Value {
  const value = values.find((each) => each === found);
  if (value !== undefined) return value;
  throw new RangeError(`${name}: expected one of ${values.join(', ')}, found ${found ?? 'nothing'}`);
}
