import { z } from 'zod';
import { count } from './scalars.ts';

const kind = z.object({ name: z.string(), count });

/** The published counts over the whole stream: one table for each thing that the query counts by, as it declares them. */
export const countsSchema = z.object({
  total: count,
  tables: z.array(
    z.object({
      name: z.string().describe('of the table: `ticket_counts`'),
      column: z.string().describe('what it counts by: `type`'),
      kinds: z.array(kind).describe('in the order in which they are declared'),
    }),
  ),
  problem: z.string().nullable().describe('why these may be old'),
});

export type Counts = z.infer<typeof countsSchema>;
export type CountsTable = Counts['tables'][number];
