import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Where a build keeps what it was made from. */
export const SOURCES_HASH_FILE = '.sources-sha256';

/** One hash over all that the page is built from; `undefined` when only the built page is here, as in an image. */
export async function hashPageSources(webFolder: string): Promise<string | undefined> {
  const entries = await readdir(webFolder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !/^(dist|node_modules)/.test(relative(webFolder, file)))
    .sort();
  if (!files.includes(join(webFolder, 'index.html'))) return undefined;
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${relative(webFolder, file)}\n`).update(await readFile(file));
  return hash.digest('hex');
}
