import { z } from 'zod';

/** One run, as it is kept: one line of JSON. */
export const runResultSchema = z.object({
  fault: z.string(),
  seed: z.number(),
  storage: z.enum(['s3', 'folder']),
  consumers: z.number(),
  /** Records of the topic. */
  tickets: z.number(),
  lost: z.number(),
  duplicated: z.number(),
  longestStallMs: z.number(),
  /** How often a reader looked while tickets flowed, and how often the store did not let it. */
  readings: z.number(),
  unreadable: z.number(),
  /** Consumers that ended by themselves and were started again. */
  restarts: z.number(),
  /** Requests that the proxy spoilt. */
  misbehaved: z.number(),
  seconds: z.number(),
  at: z.string(),
  /** Of the code that ran; ends with `+` when there were changes that are in no commit. */
  commit: z.string(),
  /** Nothing, when all was as it must be. */
  problems: z.array(z.string()),
});

export type RunResult = z.output<typeof runResultSchema>;
