import { DAY_MS, MINUTE_MS } from './calendar.ts';

/** How times that name no offset are read. */
export interface TimeZone {
  readonly name: string;
  /** `wall`: what a clock there shows, as if it showed UTC. Both in milliseconds since the epoch. */
  toUtc(wall: number): number;
}

export const utc: TimeZone = { name: 'UTC', toUtc: (wall) => wall };

const MOST_DAYS = 4096;

/**
 * A zone of the IANA database, as Node has it. Like `java.time` and so Spark: of a time that a clock shows twice (the end of
 * summer time) the first is taken, and a time that it skips moves forward by what is skipped. Offsets count by the minute.
 *
 * Throws a `RangeError` for an unknown name.
 */
export function createTimeZone(name: string): TimeZone {
  const clock = createClock(name);
  if (['UTC', 'Etc/UTC', 'GMT'].includes(clock.resolvedOptions().timeZone)) return { ...utc, name };
  /** The offset of a day that has only one, which nearly all have. */
  const offsets = new Map<number, number | undefined>();

  function offsetAt(instant: number): number {
    const parts = Object.fromEntries(
      clock.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    const shown = new Date(0);
    shown.setUTCFullYear(year, month - 1, day);
    shown.setUTCHours(hour, minute, second);
    return shown.getTime() - Math.floor(instant / 1000) * 1000;
  }

  function offsetOfDay(day: number): number | undefined {
    const [before, after] = [offsetAt((day - 1) * DAY_MS), offsetAt((day + 2) * DAY_MS)];
    return before === after ? before : undefined;
  }

  function offsetOf(wall: number): number {
    const day = Math.floor(wall / DAY_MS);
    if (!offsets.has(day)) {
      if (offsets.size === MOST_DAYS) offsets.clear();
      offsets.set(day, offsetOfDay(day));
    }
    const known = offsets.get(day);
    if (known !== undefined) return known;
    const before = offsetAt(wall - DAY_MS);
    const after = offsetAt(wall + DAY_MS);
    // The larger offset gives the earlier moment.
    const fitting = [before, after].filter((offset) => offsetAt(wall - offset) === offset);
    return fitting.length === 0 ? before : Math.max(...fitting);
  }

  return {
    name,
    toUtc(wall) {
      const minute = Math.floor(wall / MINUTE_MS) * MINUTE_MS;
      return wall - offsetOf(minute);
    },
  };
}

function createClock(name: string): Intl.DateTimeFormat {
  try {
    const two = '2-digit';
    return new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn-hc-h23', {
      timeZone: name,
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
  } catch (cause) {
    throw new RangeError(
      `expected an IANA time zone such as UTC or Europe/Paris, found ${JSON.stringify(name)}`,
      { cause },
    );
  }
}
