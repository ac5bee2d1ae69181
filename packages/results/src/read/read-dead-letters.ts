import { z } from 'zod';
import type { DeadLetter } from '../layout/dead-letter.ts';
import { readJsonLines } from './read-json-lines.ts';

const schema = z.object({
  topic: z.string(),
  partition: z.int().nonnegative(),
  offset: z.string().regex(/^\d{1,19}$/),
  timestamp: z.string().nullable(),
  key: z.string().nullable(),
  reason: z.string(),
  value_base64: z.base64().nullable(),
}) satisfies z.ZodType<DeadLetter>;

/** The lines of a dead letter file, one at a time. Throws a `RangeError` that says where it is no such file. */
export function* readDeadLetters(body: Uint8Array): Iterable<DeadLetter> {
  let line = 0;
  for (const { value } of readJsonLines(body)) {
    line += 1;
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new RangeError(`line ${line}: ${z.prettifyError(parsed.error)}`);
    yield parsed.data;
  }
}
