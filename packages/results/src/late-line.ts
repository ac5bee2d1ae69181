import {
  formatTime,
  windowEnd,
  windowName,
  type LateRow,
  type RecordColumns,
  type WindowsFile,
} from '@client-tickets/records';

/** A row that came after its window was closed, and the watermark that had closed it: which rows are in no window, and why. */
export function lateLine(
  { time, unitMs }: WindowsFile,
  late: LateRow & { readonly columns: RecordColumns; readonly partition: number; readonly offset: bigint },
): string {
  const { columns, row, partition, offset, windowStart, watermark } = late;
  const line = {
    kafka_partition: partition,
    kafka_offset: 0,
    [time]: formatTime(columns, time, row),
    window_start: windowName(windowStart),
    window_end: windowName(windowEnd(windowStart, unitMs)),
    watermark: new Date(watermark).toISOString(),
  };
  // An offset may be larger than a number can tell.
  return JSON.stringify(line).replace('"kafka_offset":0', `"kafka_offset":${offset}`);
}
