import { z } from 'zod';
import type { FileParts } from './file-parts.ts';
import { readJsonLineGroups } from './read-json-lines.ts';

/** A row that came after its window was closed. Times in milliseconds since the epoch. */
export interface LateRowLine {
  readonly partition: number;
  readonly offset: bigint;
  /** When it happened. */
  readonly at: number;
  readonly windowStart: number;
  readonly windowEnd: number;
  /** Where the watermark was that had closed the window. */
  readonly watermark: number;
}

const OFFSET = 'kafka_offset';
const time = z.iso.datetime().transform((text) => Date.parse(text));

/**
 * What a file of late rows names, in its order. `timeColumn`: of their event time. Rejects as reading the file does, and with a
 * `RangeError` that says where it is no such file.
 */
export async function readLateRows(file: FileParts, timeColumn: string): Promise<readonly LateRowLine[]> {
  const schema = z
    .strictObject({
      kafka_partition: z.int().nonnegative(),
      [OFFSET]: z.number(),
      [timeColumn]: time,
      window_start: time,
      window_end: time,
      watermark: time,
    })
    .transform((line) => ({
      partition: Number(line['kafka_partition']),
      at: Number(line[timeColumn]),
      windowStart: Number(line['window_start']),
      windowEnd: Number(line['window_end']),
      watermark: Number(line['watermark']),
    }));
  const names = new Set(['kafka_partition', OFFSET, timeColumn, 'window_start', 'window_end', 'watermark']);
  const late: LateRowLine[] = [];
  for await (const lines of readJsonLineGroups(file, names)) {
    for (const { value, text, number } of lines) {
      const line = schema.safeParse(value);
      const digits = /"kafka_offset":(\d{1,19})[,}]/.exec(text)?.[1];
      if (!line.success) throw new RangeError(`line ${number}: ${z.prettifyError(line.error)}`);
      if (digits === undefined)
        throw new RangeError(`line ${number}: expected ${OFFSET}, found ${text.slice(0, 100)}`);
      late.push({ ...line.data, offset: BigInt(digits) });
    }
  }
  return late;
}
