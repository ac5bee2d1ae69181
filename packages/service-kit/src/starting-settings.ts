import type { z } from 'zod';
import { setting } from './setting.ts';
import { choice, parsedBy } from './setting-types.ts';

/**
 * Where a new checkpoint begins: part of a schema, `z.object({ ...startingSettings({ parseOffsets, parseMoment }), … }).check(checkStart)`.
 * The parsers are those of packages/micro-batch and packages/records.
 */
export function startingSettings<Offsets, Moment>(parsers: {
  readonly parseOffsets: (text: string) => Offsets;
  readonly parseMoment: (text: string) => Moment;
}) {
  const { parseOffsets, parseMoment } = parsers;
  return {
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
          'Or where it starts by time: in each partition with the first record that the brokers have of then or later. A time without an offset is of TIMESTAMP_ZONE.',
      },
    ),
    STARTING_TIMESTAMP_STRATEGY: setting(choice(['error', 'latest']), {
      default: 'error',
      description:
        'What a partition without a record of STARTING_TIMESTAMP or later does: it refuses the start, or starts at its end.',
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
    'expected nothing, because STARTING_OFFSETS is set, found a time; take one of the two away: a new checkpoint starts at one place';
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
