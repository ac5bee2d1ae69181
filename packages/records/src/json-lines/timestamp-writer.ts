import type { ByteBuffer } from '../bytes/byte-buffer.ts';
import { padded } from '../bytes/padded.ts';
import type { TimestampColumn } from '../columns/timestamp-column.ts';
import { MINUTE_MS } from '../time/calendar.ts';

const MINUTE = '"2026-11-22T09:30:'.length;
const ZERO = 0x30;
const LONGEST_END = '00.000000Z"'.length;

/** Writes what `formatInstant` says. The minute that was written last is mostly the next one's, too. */
export function createTimestampWriter(column: TimestampColumn): (out: ByteBuffer, row: number) => void {
  let minute = Number.NaN;
  let start = padded('');

  return (out, row) => {
    const millis = column.millis[row] ?? 0;
    const micros = column.micros[row] ?? 0;
    const now = Math.floor(millis / MINUTE_MS);
    if (now !== minute) {
      minute = now;
      start = padded(`"${new Date(millis).toISOString().slice(0, MINUTE - 1)}`);
    }
    out.ensure(MINUTE + LONGEST_END);
    out.appendPart(start.view, 0, MINUTE);
    const { memory } = out;
    const rest = millis - now * MINUTE_MS;
    const second = Math.floor(rest / 1000);
    let at = out.length;
    memory[at++] = ZERO + Math.floor(second / 10);
    memory[at++] = ZERO + (second % 10);
    memory[at++] = 0x2e;
    at = writeThreeDigits(memory, at, rest - second * 1000);
    if (micros !== 0) at = writeThreeDigits(memory, at, micros);
    memory[at++] = 0x5a;
    memory[at++] = 0x22;
    out.length = at;
  };
}

function writeThreeDigits(memory: Uint8Array, at: number, number: number): number {
  const hundreds = Math.floor(number / 100);
  const rest = number - hundreds * 100;
  const tens = Math.floor(rest / 10);
  memory[at] = ZERO + hundreds;
  memory[at + 1] = ZERO + tens;
  memory[at + 2] = ZERO + rest - tens * 10;
  return at + 3;
}
