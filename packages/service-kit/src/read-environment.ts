import type { z } from 'zod';
import { secretValues } from './describe-settings.ts';
import { loadDotEnv } from './load-dot-env.ts';
import { readSettings, type Environment } from './read-settings.ts';

/**
 * A service's settings: what flags say takes precedence over the environment, and that over the `.env` file. Throws a
 * `SettingsError` with all problems.
 */
export function readEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  flags: Environment,
): {
  readonly settings: z.output<Schema>;
  readonly environment: Environment;
  /** For the logger. */
  readonly secrets: readonly string[];
} {
  loadDotEnv();
  const environment = { ...process.env, ...flags };
  return {
    settings: readSettings(schema, environment),
    environment,
    secrets: secretValues(schema, environment),
  };
}
