import { z } from 'zod';
import { time } from './scalars.ts';

/** What this consumer does now. */
export const statusSchema = z.object({
  state: z.enum(['starting', 'waiting', 'running', 'recovering', 'paused', 'stopping', 'stopped', 'failed']),
  message: z.string().describe('what is being waited for, or what failed and what to do'),
  errorCode: z.string().nullable().describe('why the query failed, as one word'),
  name: z.string(),
  queryId: z.string().nullable().describe('null until the checkpoint has been opened'),
  runId: z.string().nullable(),
  topic: z.string(),
  records: z
    .object({ singular: z.string(), plural: z.string() })
    .describe('what the query calls its records: `ticket`, `tickets`'),
  trigger: z.string().describe('`every 1 s`, `as soon as there are records` or `availableNow`'),
  startedAt: time,
  assigned: z.boolean().describe('whether the group has given this consumer its share, which may be none'),
  ownedPartitions: z.array(z.int()),
  unread: z
    .array(z.object({ partition: z.int(), message: z.string() }))
    .describe(
      'partitions of others in which records have waited for a minute and nothing was read, and who has them',
    ),
  control: z.boolean().describe('whether POST /pause and /resume are offered'),
  checkpointLocation: z.string(),
  resultsLocation: z.string(),
});

export type Status = z.infer<typeof statusSchema>;
