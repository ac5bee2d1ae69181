import type { z } from 'zod';
import { SettingsError } from './settings-error.ts';

/** Variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a service's settings. An empty variable counts as one that is not set, because Docker Compose passes empty text
 * for what `.env` leaves out. Variables that the schema does not know are ignored. Throws a `SettingsError` with all problems.
 */
export function readSettings<Schema extends z.ZodObject>(schema: Schema, env: Environment): z.output<Schema> {
  const known = Object.keys(schema.shape).map((name) => [name, valueOf(env, name)] as const);
  const result = schema.safeParse(Object.fromEntries(known));
  if (result.success) return result.data;
  throw new SettingsError(
    result.error.issues.map(({ path, message }) => ({ variable: path.join('.'), message })),
  );
}

export function valueOf(env: Environment, name: string): string | undefined {
  const text = env[name];
  return text === '' ? undefined : text;
}
