import type { z } from 'zod';
import { setting } from './setting.ts';
import { boolean, choice, integer, parsedBy } from './setting-types.ts';

/**
 * What a query reads and writes, as its consumers and its operator understand it: part of a schema,
 * `z.object({ ...querySettings({ parseTrigger, … }), … }).check(checkStart)`. The parsers are those of the packages whose values they make.
 */
export function querySettings<Trigger, Offsets, Moment, Formats, Zone, const Fields extends string>(parsers: {
  readonly parseTrigger: (text: string) => Trigger;
  readonly parseOffsets: (text: string) => Offsets;
  readonly parseMoment: (text: string) => Moment;
  readonly parseFormats: (text: string) => Formats;
  readonly parseZone: (text: string) => Zone;
  readonly unknownFields: readonly Fields[];
}) {
  const { parseTrigger, parseOffsets, parseMoment, parseFormats, parseZone, unknownFields } = parsers;
  return {
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
    STARTING_OFFSETS: setting(
      parsedBy('earliest, latest or JSON such as {"client_tickets":{"0":23,"1":-2}}', parseOffsets),
      {
        description:
          'Where a new checkpoint starts; -2 is earliest, -1 latest. Without it and STARTING_TIMESTAMP: earliest.',
      },
    ),
    STARTING_TIMESTAMP: setting(
      parsedBy('an ISO 8601 time such as 2026-11-26T09:00:00+01:00, or milliseconds since 1970', parseMoment),
      {
        description:
          'The same by time: each partition starts at its first record with a Kafka timestamp of this time or later. A time without an offset is read in TIMESTAMP_ZONE.',
      },
    ),
    STARTING_TIMESTAMP_STRATEGY: setting(choice(['error', 'latest']), {
      default: 'error',
      description:
        'Where a partition has no record as late as STARTING_TIMESTAMP: error refuses to start, latest starts that partition at its end.',
    }),
    FAIL_ON_DATA_LOSS: setting(boolean(), {
      default: 'true',
      description:
        'Whether to stop when records were lost before they were read; false records the gap and goes on.',
    }),
    RESULTS_FORMAT: setting(parsedBy('json, parquet or both separated by a comma', parseFormats), {
      default: 'json,parquet',
      description: 'The files of enriched tickets.',
    }),
    TIMESTAMP_ZONE: setting(parsedBy('an IANA time zone such as Europe/Paris', parseZone), {
      default: 'UTC',
      description: 'The zone of times that name none.',
    }),
    UNKNOWN_FIELDS: setting(choice(unknownFields), {
      default: 'drop',
      description:
        'Fields that a ticket does not declare: drop them, or keep them as JSON text in a column extra.',
    }),
  };
}

interface StartingSettings<Offsets, Zone> {
  readonly STARTING_OFFSETS: Offsets | undefined;
  readonly STARTING_TIMESTAMP: ((zone: Zone) => number) | undefined;
  readonly STARTING_TIMESTAMP_STRATEGY: 'error' | 'latest';
  readonly TIMESTAMP_ZONE: Zone;
}

/** One place to begin at, not two. */
export function checkStart({
  value,
  issues,
}: z.core.ParsePayload<
  Pick<StartingSettings<unknown, never>, 'STARTING_OFFSETS' | 'STARTING_TIMESTAMP'>
>): void {
  if (value.STARTING_OFFSETS === undefined || value.STARTING_TIMESTAMP === undefined) return;
  const message =
    'expected nothing, because STARTING_OFFSETS is set, found a time; remove one of the two: a new checkpoint starts at one place';
  issues.push({ code: 'custom', path: ['STARTING_TIMESTAMP'], input: undefined, message });
}

/** The settings in the shape that packages/micro-batch takes. */
export function startingPoint<Offsets, Zone>(
  settings: StartingSettings<Offsets, Zone>,
):
  | Offsets
  | { readonly kind: 'timestamp'; readonly timestamp: number; readonly strategy: 'error' | 'latest' }
  | { readonly kind: 'earliest' } {
  const { STARTING_TIMESTAMP: timestampIn, STARTING_TIMESTAMP_STRATEGY: strategy } = settings;
  if (timestampIn !== undefined)
    return { kind: 'timestamp', timestamp: timestampIn(settings.TIMESTAMP_ZONE), strategy };
  return settings.STARTING_OFFSETS ?? { kind: 'earliest' };
}
