import { RESULT_FORMATS, rowsPrefix, tableLogPrefix } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { z } from 'zod';

/** One life of the consumer: from its start to the moment in which it is killed, or to the end. */
export const soakRowSchema = z.object({
  fromMinute: z.number(),
  toMinute: z.number(),
  /** From its start, which is the moment of the kill before it, to its first batch; `null`: it had none. */
  secondsToFirstBatch: z.number().nullable(),
  batches: z.number(),
  rows: z.number(),
  /** Of its batches, in milliseconds. */
  p50: z.number(),
  p99: z.number(),
  /** The largest resident set. */
  residentBytes: z.number(),
  checkpointBytes: z.number(),
  /** Result files with rows, of both formats, and the table's log; all that is there, also what the table no longer names. */
  files: z.number(),
  fileBytes: z.number(),
  tableLogFiles: z.number(),
  tableLogBytes: z.number(),
});
export type SoakRow = z.infer<typeof soakRowSchema>;

/** What a folder of results holds, told by the names of its objects. */
export function sumObjects(
  objects: readonly { readonly key: string; readonly size: number }[],
): Pick<SoakRow, 'files' | 'fileBytes' | 'tableLogFiles' | 'tableLogBytes'> {
  const { table } = ticketQuery;
  const isLog = (key: string): boolean => key.startsWith(tableLogPrefix(table));
  const hasRows = (key: string): boolean =>
    RESULT_FORMATS.some((format) => key.startsWith(rowsPrefix(table, format))) && !isLog(key);
  const log = objects.filter(({ key }) => isLog(key));
  const files = objects.filter(({ key }) => hasRows(key));
  const bytes = (of: typeof objects): number => of.reduce((sum, { size }) => sum + size, 0);
  return {
    files: files.length,
    fileBytes: bytes(files),
    tableLogFiles: log.length,
    tableLogBytes: bytes(log),
  };
}

/** The last life as a multiple of the second: 1 is flat. `undefined` with fewer than three lives, or without a batch in one of the two. */
export function driftOf(
  rows: readonly SoakRow[],
): { readonly batchTime: number; readonly memory: number; readonly checkpoint: number } | undefined {
  const second = rows[1];
  const last = rows.at(-1);
  if (second === undefined || last === undefined || rows.length < 3) return undefined;
  if (second.batches === 0 || last.batches === 0) return undefined;
  return {
    batchTime: last.p50 / second.p50,
    memory: last.residentBytes / second.residentBytes,
    checkpoint: last.checkpointBytes / second.checkpointBytes,
  };
}
