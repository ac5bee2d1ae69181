import { readFileSync } from 'node:fs';

/** An object that is merged into a value (RFC 7396): `null` removes a member. */
export type MergePatch = Readonly<Record<string, unknown>>;

/** Reads `{"type":"BILLING"}`, or `@file` that holds such. Throws an `Error` that says what is no patch. */
export function parsePatch(text: string): MergePatch {
  const json = text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text;
  let patch: unknown;
  try {
    patch = JSON.parse(json);
  } catch (error) {
    throw new RangeError(`the patch is no JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (!isObject(patch))
    throw new RangeError(
      'expected a JSON object to be merged into the value, such as {"type":"BILLING"}, or @file that holds one',
    );
  return patch;
}

/** RFC 7396, section 2: what is no object is taken for an empty one. */
export function applyMergePatch(target: unknown, patch: MergePatch): Readonly<Record<string, unknown>> {
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, isObject(value) ? applyMergePatch(members.get(name), value) : value);
  }
  return Object.fromEntries(members); // by definition, not by assignment: `__proto__` is a name like any other
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
