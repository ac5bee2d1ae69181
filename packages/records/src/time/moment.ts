import { LATEST_MS } from './calendar.ts';
import { parseInstant } from './instant.ts';
import { utc, type TimeZone } from './time-zone.ts';

/**
 * Reads a time as a person writes it: ISO 8601, the date alone for midnight, or whole milliseconds since the epoch. A time without
 * an offset is of the zone that the result is asked for. Gives milliseconds since the epoch; of a time between two, the later.
 * Throws a `RangeError` that says what was expected.
 */
export function parseMoment(text: string): (zone: TimeZone) => number {
  const written = text.trim();
  if (/^\d{1,15}$/.test(written) && Number(written) <= LATEST_MS) return () => Number(written);
  const iso = /^\d{4}-\d\d-\d\d$/.test(written) ? `${written}T00:00` : written;
  const millisIn = (zone: TimeZone): number => {
    const instant = parseInstant(iso, zone);
    if (instant === undefined || instant.millis < 0) {
      throw new RangeError(
        `expected a time since 1970 such as 2026-11-26T09:00:00+01:00 or 1795680000000, found ${JSON.stringify(text)}`,
      );
    }
    return instant.millis + (instant.micros > 0 ? 1 : 0);
  };
  millisIn(utc);
  return millisIn;
}
