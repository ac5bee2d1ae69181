import { applyPatch, type Operation } from 'rfc6902';
import { z } from 'zod';

const path = z.string().regex(/^(\/.*)?$/s, 'expected a JSON pointer such as /type');

const operation = z.discriminatedUnion('op', [
  z.object({ op: z.literal('add'), path, value: z.json() }),
  z.object({ op: z.literal('remove'), path }),
  z.object({ op: z.literal('replace'), path, value: z.json() }),
  z.object({ op: z.literal('move'), from: path, path }),
  z.object({ op: z.literal('copy'), from: path, path }),
  z.object({ op: z.literal('test'), path, value: z.json() }),
]);

const patchSchema = z.union([
  z.array(operation).transform((operations) => ({ kind: 'operations' as const, operations })),
  z.record(z.string(), z.json()).transform((merge) => ({ kind: 'merge' as const, merge })),
]);

/** A list of operations (RFC 6902), or an object that is merged into the value (RFC 7396). */
export type JsonPatch = z.output<typeof patchSchema>;

/** Throws a `RangeError` that says what is no patch. */
export function parsePatch(text: string): JsonPatch {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`the patch is no JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const parsed = patchSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const what = 'the patch must be an object to be merged, or an array of operations';
  throw new RangeError(Array.isArray(json) ? z.prettifyError(parsed.error) : what);
}

/** Throws a `RangeError` when an operation does not fit the value. */
export function applyJsonPatch(value: unknown, patch: JsonPatch): unknown {
  if (patch.kind === 'merge') return mergePatch(value, patch.merge);
  // Below a property, because an operation on the whole value (path "") can only replace what has a parent.
  const target = { value: structuredClone(value) };
  const errors = applyPatch(target, patch.operations.map(belowValue));
  const index = errors.findIndex((error) => error !== null);
  const error = errors[index];
  if (error !== null && error !== undefined) {
    throw new RangeError(`operation ${index + 1} of the patch does not fit: ${error.message}`, {
      cause: error,
    });
  }
  return target.value;
}

function belowValue(each: z.output<typeof operation>): Operation {
  const place = { path: `/value${each.path}` };
  return 'from' in each ? { ...each, ...place, from: `/value${each.from}` } : { ...each, ...place };
}

/** RFC 7396, section 2: `null` removes a member, an object is merged into it, anything else takes its place. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, mergePatch(members.get(name), value));
  }
  return Object.fromEntries(members); // by definition, not by assignment: `__proto__` is a name like any other
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
