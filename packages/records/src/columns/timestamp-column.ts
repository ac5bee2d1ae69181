import type { TimestampField } from '../declaration/field.ts';
import { QUOTE } from '../json/json-text.ts';
import { daysSinceEpoch, EARLIEST_MS, LATEST_MS, MINUTE_MS } from '../time/calendar.ts';
import { parseInstant, type Instant } from '../time/instant.ts';
import { utc, type TimeZone } from '../time/time-zone.ts';
import { notOfKind, Presence, type Column, type Spelling } from './column.ts';

const MINUTE_LENGTH = '2026-11-22T09:30'.length;
const SECOND_LENGTH = ':00'.length;

/** Moments to the microsecond. The minute that was read last is mostly the next one's, too. */
export class TimestampColumn implements Column {
  readonly name: string;
  readonly isQuoted = true;
  /** Milliseconds since the epoch. */
  readonly millis: Float64Array;
  /** 0 to 999 more. */
  readonly micros: Uint16Array;
  readonly #zone: TimeZone;
  readonly #presence: Presence;
  readonly #spelling: Spelling;
  /** The bytes of the minute that is known. */
  readonly #known = new Int32Array(4);
  /** That minute by the clock, as if it were UTC's; and in UTC where no offset is given, once that was asked for. */
  #wall = Number.NaN;
  #utc = Number.NaN;
  #isPlainMinute = false;

  constructor(name: string, field: TimestampField, zone: TimeZone, spelling: Spelling, capacity: number) {
    this.name = name;
    this.millis = new Float64Array(capacity);
    this.micros = new Uint16Array(capacity);
    this.#zone = zone;
    this.#presence = new Presence(field.nullable, capacity);
    this.#spelling = spelling;
  }

  get present(): Uint8Array | undefined {
    return this.#presence.rows;
  }

  read(bytes: Uint8Array, view: DataView, start: number, end: number, row: number): number {
    const known = this.#known;
    if (
      view.getInt32(start + 12, true) !== known[3] ||
      view.getInt32(start + 8, true) !== known[2] ||
      view.getInt32(start + 4, true) !== known[1] ||
      view.getInt32(start, true) !== known[0]
    ) {
      this.#readMinute(bytes, view, start);
    }
    let at = start + MINUTE_LENGTH;
    const second = twoDigits(bytes, at + 1);
    if (bytes[at] !== 0x3a || !(second <= 59)) return -1;
    at += SECOND_LENGTH;
    let millis = second * 1000;
    let micros = 0;
    let decimals = 0;
    if (bytes[at] === 0x2e) {
      let fraction = 0;
      for (at += 1; at < end; at += 1) {
        const digit = (bytes[at] ?? 0) - 0x30;
        if (digit < 0 || digit > 9) break;
        if (decimals < 6) fraction = fraction * 10 + digit;
        decimals += 1;
      }
      if (decimals === 0) return -1;
      for (let scale = decimals; scale < 6; scale += 1) fraction *= 10;
      const whole = Math.floor(fraction / 1000);
      millis += whole;
      micros = fraction - whole * 1000;
    }

    const first = bytes[at];
    if (first === 0x5a) {
      millis += this.#wall;
      at += 1;
      // What `formatInstant` writes.
      const isPlain = this.#isPlainMinute && (micros === 0 ? decimals === 3 : decimals === 6);
      if (!isPlain) this.#spelling.odd = true;
    } else {
      this.#spelling.odd = true;
      if (first === 0x7a) {
        millis += this.#wall;
        at += 1;
      } else if (first === QUOTE) {
        millis += this.#withoutOffset();
      } else {
        const size = offsetSize(bytes, at);
        millis += this.#wall - offsetAt(bytes, at, size);
        at += size;
      }
    }
    if (at >= end || bytes[at] !== QUOTE || !(millis >= EARLIEST_MS && millis <= LATEST_MS)) return -1;
    this.millis[row] = millis;
    this.micros[row] = micros;
    this.#presence.set(row);
    return at;
  }

  /** Text, or microseconds since the epoch. */
  add(value: unknown, row: number): void {
    const instant =
      typeof value === 'bigint'
        ? instantOf(value)
        : typeof value === 'string'
          ? parseInstant(value, utc)
          : undefined;
    if (instant === undefined) throw notOfKind(this.name, value);
    this.millis[row] = instant.millis;
    this.micros[row] = instant.micros;
    this.#presence.set(row);
  }

  addNull(row: number): boolean {
    return this.#presence.unset(row);
  }

  clear(): void {
    // Rows are written before they are read.
  }

  #withoutOffset(): number {
    if (Number.isNaN(this.#utc) && !Number.isNaN(this.#wall)) this.#utc = this.#zone.toUtc(this.#wall);
    return this.#utc;
  }

  /** What stands there becomes the known minute, `NaN` when it is none. */
  #readMinute(bytes: Uint8Array, view: DataView, at: number): void {
    for (let word = 0; word < 4; word += 1) this.#known[word] = view.getInt32(at + 4 * word, true);
    this.#utc = Number.NaN;
    this.#wall = Number.NaN;
    const [year, month] = [twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2), twoDigits(bytes, at + 5)];
    const [day, hour, minute] = [
      twoDigits(bytes, at + 8),
      twoDigits(bytes, at + 11),
      twoDigits(bytes, at + 14),
    ];
    const between = bytes[at + 10];
    if (bytes[at + 4] !== 0x2d || bytes[at + 7] !== 0x2d || bytes[at + 13] !== 0x3a) return;
    if ((between !== 0x54 && between !== 0x74 && between !== 0x20) || !(hour <= 23 && minute <= 59)) return;
    this.#isPlainMinute = between === 0x54;
    this.#wall = ((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * MINUTE_MS;
  }
}

function instantOf(micros: bigint): Instant {
  const rest = ((micros % 1_000n) + 1_000n) % 1_000n;
  return { millis: Number((micros - rest) / 1_000n), micros: Number(rest) };
}

/** Bytes of `+02`, `+0200` or `+02:00`. */
function offsetSize(bytes: Uint8Array, at: number): number {
  if (bytes[at + 3] === QUOTE) return 3;
  return bytes[at + 3] === 0x3a ? 6 : 5;
}

/** `+02:00` in milliseconds; `NaN` when it is none. */
function offsetAt(bytes: Uint8Array, at: number, size: number): number {
  const sign = bytes[at] === 0x2b ? 1 : bytes[at] === 0x2d ? -1 : Number.NaN;
  const hour = twoDigits(bytes, at + 1);
  const minute = size === 3 ? 0 : twoDigits(bytes, at + size - 2);
  return hour <= 23 && minute <= 59 ? sign * (hour * 60 + minute) * MINUTE_MS : Number.NaN;
}

/** `NaN` unless there are two. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
