import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import dotenv from 'dotenv';
import { checkDotEnv } from './check-dot-env.ts';
import { SettingsError } from './settings-error.ts';

/**
 * Adds the variables of a `.env` file to the environment; those that are there already stay as they are. A folder without such
 * a file is fine, a file that cannot be read is an error. Throws a `SettingsError` for lines that mean something else to
 * Docker Compose, which reads the same file.
 */
export function loadDotEnv({
  directory = process.cwd(),
  env = process.env,
}: { readonly directory?: string; readonly env?: NodeJS.ProcessEnv } = {}): void {
  const path = join(directory, '.env');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw new Error(`${path} cannot be read`, { cause: error });
  }
  const problems = checkDotEnv(text);
  if (problems.length > 0) throw new SettingsError(problems);
  for (const [name, value] of Object.entries(dotenv.parse(text))) env[name] ??= value;
}
