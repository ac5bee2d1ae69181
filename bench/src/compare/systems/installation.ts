import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Why that which `peers/set-up` installs under this name is not there; `undefined`: it is. */
export async function missingInstallation(home: string, name: string): Promise<string | undefined> {
  if (existsSync(join(home, `${name}.ready`))) return undefined;
  const failed = join(home, `${name}.failed`);
  return existsSync(failed)
    ? (await readFile(failed, 'utf8')).trim()
    : `not installed (bench/peers/set-up ${name})`;
}

/** Changes with what was installed, and with these files. */
export async function installationVersion(
  home: string,
  name: string,
  files: readonly string[] = [],
): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [...files, join(home, `${name}.ready`)]) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}
