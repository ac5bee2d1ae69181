import { z } from 'zod';
import { count } from './scalars.ts';

const kind = z.object({ name: z.string(), count });

/** The published counts over the whole stream, in a fixed order. */
export const countsSchema = z.object({
  total: count,
  byType: z.array(kind),
  byTeam: z.array(kind),
  byPriority: z.array(kind),
  problem: z.string().nullable().describe('why these may be old'),
});

export type Counts = z.infer<typeof countsSchema>;
export type Kind = z.infer<typeof kind>;
