import { join } from 'node:path';
import dotenv from 'dotenv';

/**
 * Adds the variables of a `.env` file to the environment; those that are there already stay as they are. A folder
 * without such a file is fine, a file that cannot be read is an error.
 */
export function loadDotEnv({
  directory = process.cwd(),
  env = process.env,
}: { readonly directory?: string; readonly env?: NodeJS.ProcessEnv } = {}): void {
  const path = join(directory, '.env');
  const { error } = dotenv.config({ path, processEnv: env, quiet: true, override: false });
  if (error === undefined || ('code' in error && error.code === 'ENOENT')) return;
  throw new Error(`${path} cannot be read`, { cause: error });
}
