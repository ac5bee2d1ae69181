import { z } from 'zod';
import { count, time } from './scalars.ts';

/** A minute, an hour or a day of event time. One in which no record fell is there, too, as long as it lies between others. */
const window = z.object({
  start: time,
  end: time.describe('excluded'),
  isFinal: z.boolean().describe('every partition has closed it: its counts stay as they are'),
  counts: z.array(count).describe('one for each of `kinds`'),
});

/** Records by their event time: one table for each thing that the query counts over windows. */
export const windowsSchema = z.object({
  tables: z.array(
    z.object({
      name: z.string().describe('of the table: `ticket_counts_by_hour`'),
      column: z.string().describe('what it counts by: `type`'),
      per: z.enum(['minute', 'hour', 'day']),
      kinds: z.array(z.string()).describe('in the order in which they are declared'),
      windows: z
        .array(window)
        .describe(
          'the latest, in ascending order: 60 minutes, 24 hours or 30 days up to the last in which a record fell',
        ),
      late: count
        .nullable()
        .describe(
          'records over the whole stream whose window was closed when they came: counted, but in no window',
        ),
    }),
  ),
  problem: z.string().nullable().describe('why these may be old'),
});

export type Windows = z.infer<typeof windowsSchema>;
export type WindowsTable = Windows['tables'][number];
export type CountedWindow = WindowsTable['windows'][number];
