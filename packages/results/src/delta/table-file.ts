import type { OffsetRange } from '@client-tickets/micro-batch';
import type { TableColumn } from './table-schema.ts';

/** A result file that the table is to hold. */
export interface TableFile {
  /** Relative to the results location. */
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** `undefined`: not known. */
  readonly rows: number | undefined;
  readonly partition: number;
  readonly range: OffsetRange;
}

/**
 * Delta's statistics of a file, as far as they are known without reading it, as JSON text; `undefined` without its rows. Bounds must be values that are there,
 * because readers answer `max(kafka_offset)` from them: so offsets have bounds only where each one is a row. Written as
 * text, since offsets go past what a number of JavaScript holds.
 */
export function fileStatistics(
  { rows, partition, range }: Omit<TableFile, 'key' | 'size'>,
  columns: readonly TableColumn[],
): string | undefined {
  if (rows === undefined) return undefined;
  const isFull = BigInt(rows) === range.endOffset - range.startOffset;
  const bounds = (offset: bigint): string =>
    `{"kafka_partition":${partition}${isFull ? `,"kafka_offset":${offset}` : ''}}`;
  const filled = columns.filter(({ nullable }) => !nullable).map(({ name }) => [name, 0]);
  return (
    `{"numRecords":${rows},"minValues":${bounds(range.startOffset)},` +
    `"maxValues":${bounds(range.endOffset - 1n)},"nullCount":${JSON.stringify(Object.fromEntries(filled))}}`
  );
}
