import { formatInstant } from '../time/instant.ts';
import type { RecordColumns } from './record-columns.ts';
import { TimestampColumn } from './timestamp-column.ts';

/** The time that a row has in a column, as JSON lines have it. Throws a `TypeError` where the column holds no times. */
export function formatTime({ columns }: RecordColumns, name: string, row: number): string {
  const column = columns.find((each) => each.name === name);
  if (!(column instanceof TimestampColumn)) throw new TypeError(`${name}: no column of times`);
  return formatInstant({ millis: column.millis[row] ?? 0, micros: column.micros[row] ?? 0 });
}
