import { z } from 'zod';
import { count, offset, time } from './scalars.ts';

export const deadLetterSchema = z.object({
  partition: z.int(),
  offset,
  timestamp: time.nullable().describe('of the record; null when it has none'),
  key: z.string().nullable().describe('null when there is none, or one above 1 MiB'),
  reason: z.string(),
  value: z
    .object({
      bytes: count.describe('the length of the whole value'),
      base64: z.string().nullable().describe('its first bytes; null above 1 MiB: it is in the topic alone'),
      text: z.string().nullable().describe('the same as text; null when they are not UTF-8'),
    })
    .nullable()
    .describe('null for a tombstone, and for a record batch that could not be read'),
  sentBackTo: z
    .string()
    .nullable()
    .describe('where it was sent back to, as `partition:offset`; null: it was not'),
  isUnreadableBatch: z.boolean().describe('it stands for all records of a batch that could not be read'),
});

export const deadLettersSchema = z.object({
  items: z.array(deadLetterSchema).describe('newest first'),
  next: z.string().nullable().describe('pass as `before` for older ones; null: there are no more'),
  filesRead: count.describe('a search stops after some files; go on with `next`'),
  problem: z.string().nullable().describe('files that are not shown, and why'),
});

export type DeadLetterView = z.infer<typeof deadLetterSchema>;
export type DeadLetters = z.infer<typeof deadLettersSchema>;
