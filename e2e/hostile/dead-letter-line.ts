import { z } from 'zod';

/** A line of a dead letter file, read by its contract alone: nothing of the code that wrote it is used. */
export const deadLetterLineSchema = z.object({
  partition: z.number(),
  offset: z.string(),
  key: z.string().nullable(),
  reason: z.string(),
  value_base64: z.string().nullable(),
  value_bytes: z.number().optional(),
  value_sha256: z.string().optional(),
});

export type DeadLetterLine = z.infer<typeof deadLetterLineSchema>;

const BASE64 = 'base64:';

export function bytesOfKey({ key }: DeadLetterLine): Uint8Array | null {
  if (key === null) return null;
  return key.startsWith(BASE64) ? Buffer.from(key.slice(BASE64.length), 'base64') : Buffer.from(key);
}
