import type { ByteBuffer } from '../bytes/byte-buffer.ts';
import { padded } from '../bytes/padded.ts';
import type { TimestampColumn } from '../columns/timestamp-column.ts';
import { MINUTE_MS } from '../time/calendar.ts';

const FORM = '2026-11-22T09:30:';
const HOUR_AT = '2026-11-22T'.length;
const MINUTE_AT = '2026-11-22T09:'.length;
const LONGEST_END = '00.000000Z"'.length;
const DAY_MINUTES = 24 * 60;
const ZERO = 0x30;

/** Writes `before`, and what `formatInstant` says. The minute that was written last is mostly the next one's, too. */
export function createTimestampWriter(
  column: TimestampColumn,
  before: string,
): (out: ByteBuffer, row: number) => void {
  const start = padded(`${before}"${FORM}`);
  const bytes = Buffer.from(start.view.buffer);
  const dayAt = start.size - FORM.length;
  let minute = Number.NaN;
  let day = Number.NaN;

  function startAt(now: number): void {
    minute = now;
    const today = Math.floor(now / DAY_MINUTES);
    if (today !== day) {
      day = today;
      bytes.write(new Date(now * MINUTE_MS).toISOString().slice(0, HOUR_AT), dayAt);
    }
    const minutes = now - today * DAY_MINUTES;
    const hour = Math.floor(minutes / 60);
    writeTwoDigits(bytes, dayAt + HOUR_AT, hour);
    writeTwoDigits(bytes, dayAt + MINUTE_AT, minutes - hour * 60);
  }

  return (out, row) => {
    const millis = column.millis[row] ?? 0;
    const micros = column.micros[row] ?? 0;
    const now = Math.floor(millis / MINUTE_MS);
    if (now !== minute) startAt(now);
    out.appendPadded(start);
    out.ensure(LONGEST_END);
    const { memory } = out;
    const rest = (millis - now * MINUTE_MS) | 0;
    const second = (rest / 1000) | 0;
    let at = writeTwoDigits(memory, out.length, second);
    memory[at++] = 0x2e;
    at = writeThreeDigits(memory, at, rest - second * 1000);
    if (micros !== 0) at = writeThreeDigits(memory, at, micros);
    memory[at++] = 0x5a;
    memory[at++] = 0x22;
    out.length = at;
  };
}

function writeTwoDigits(memory: Uint8Array, at: number, number: number): number {
  const tens = (number / 10) | 0;
  memory[at] = ZERO + tens;
  memory[at + 1] = ZERO + number - tens * 10;
  return at + 2;
}

function writeThreeDigits(memory: Uint8Array, at: number, number: number): number {
  const hundreds = (number / 100) | 0;
  memory[at] = ZERO + hundreds;
  return writeTwoDigits(memory, at + 1, number - hundreds * 100);
}
