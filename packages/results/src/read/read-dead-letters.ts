import { z } from 'zod';
import type { DeadLetter } from '../layout/dead-letter.ts';
import { readJsonLines } from './read-json-lines.ts';

const schema = z.object({
  topic: z.string(),
  partition: z.int().nonnegative(),
  offset: z.string().regex(/^\d{1,19}$/),
  timestamp: z.string().nullable(),
  key: z.string().nullable(),
  key_bytes: z.int().positive().optional(),
  reason: z.string(),
  value_base64: z.base64().nullable(),
  value_bytes: z.int().positive().optional(),
  value_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  unreadable_batch: z.literal(true).optional(),
}) satisfies z.ZodType<DeadLetter>;

const names = new Set(Object.keys(schema.shape));

/** The lines of a dead letter file, one at a time. Throws a `RangeError` that says where it is no such file. */
export function* readDeadLetters(body: Uint8Array): Iterable<DeadLetter> {
  let line = 0;
  for (const { value } of readJsonLines(body, names)) {
    line += 1;
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new RangeError(`line ${line}: ${z.prettifyError(parsed.error)}`);
    yield parsed.data;
  }
}
