import { z } from 'zod';
import type { DeadLetter } from '../layout/dead-letter.ts';
import type { FileParts } from './file-parts.ts';
import { readJsonLineGroups, readJsonLines, type JsonLine } from './read-json-lines.ts';

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
  yield* toLetters(readJsonLines(body, names));
}

/** The same in groups, as the parts of the file hold them. Rejects, and reading a group throws, with a `RangeError` likewise. */
export async function* readDeadLetterGroups(file: FileParts): AsyncGenerator<Iterable<DeadLetter>> {
  for await (const lines of readJsonLineGroups(file, names))
    yield { [Symbol.iterator]: () => toLetters(lines) };
}

function* toLetters(lines: Iterable<JsonLine>): Generator<DeadLetter> {
  for (const { value, number } of lines) {
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new RangeError(`line ${number}: ${z.prettifyError(parsed.error)}`);
    yield parsed.data;
  }
}
