import { EARLIEST_MS, LATEST_MS, MINUTE_MS } from './calendar.ts';
import type { TimeZone } from './time-zone.ts';

/** A moment to the microsecond, in two numbers because the year 9999 does not fit into one. */
export interface Instant {
  /** Whole milliseconds since the epoch. */
  readonly millis: number;
  /** 0 to 999 more. */
  readonly micros: number;
}

const FORM = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?$/;

/**
 * Reads an ISO 8601 time: a blank or `t` may stand for `T`, seconds and decimals may be missing, and decimals past the
 * sixth are cut off. The offset is `Z`, `z`, `+02`, `+0200` or `+02:00`; a time without one is of `zone`. `undefined` for
 * anything else, and for what is not in the years 1 to 9999 of UTC.
 */
export function parseInstant(text: string, zone: TimeZone): Instant | undefined {
  const [, date, clock, second = '00', decimals = '', sign, hours = '0', minutes = '0'] =
    FORM.exec(text) ?? [];
  if (date === undefined || Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const written = `${date}T${clock}:${second}.${decimals.slice(0, 3).padEnd(3, '0')}Z`;
  const wall = Date.parse(written);
  // The engine rolls 30 February over into March, 24:00 into the next day, so what it read must be what was written.
  if (Number.isNaN(wall) || new Date(wall).toISOString() !== written) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -MINUTE_MS : MINUTE_MS);
  const millis = sign === undefined && !/[Zz]$/.test(text) ? zone.toUtc(wall) : wall - offset;
  if (!(millis >= EARLIEST_MS && millis <= LATEST_MS) || wall < EARLIEST_MS) return undefined;
  return { millis, micros: Number(decimals.slice(3, 6).padEnd(3, '0')) };
}

/** `2026-11-22T09:30:00.000Z`, or with six decimals where three would lose something. */
export function formatInstant({ millis, micros }: Instant): string {
  const text = new Date(millis).toISOString();
  return micros === 0 ? text : `${text.slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
