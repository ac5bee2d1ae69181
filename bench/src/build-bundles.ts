import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import configs from '../../rolldown.config.ts';

export type Service = 'consumer' | 'producer';

const ROOT = join(import.meta.dirname, '../..');
const SERVICES: readonly Service[] = ['consumer', 'producer'];

/** Where `buildBundles` leaves it. */
export function bundleOf(service: Service, home: string): string {
  return join(home, service, 'dist/main.js');
}

/**
 * Bundles consumer and producer as their images have them, into folders of the benchmark's own. Beside each are the two codecs
 * that the bundle leaves out.
 */
export async function buildBundles(home: string): Promise<void> {
  for (const service of SERVICES) {
    const source = `services/${service}/src/main.ts`;
    const config = configs.find(({ input }) => input === source);
    if (config === undefined) throw new Error(`rolldown.config.ts has no bundle of ${source}`);
    const { output, ...input } = config;
    const folder = join(home, service);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const bundle = await rolldown({ ...input, cwd: ROOT });
    await bundle.write({ ...(Array.isArray(output) ? output[0] : output), dir: join(folder, 'dist') });
    await bundle.close();
    await symlink(join(ROOT, 'packages/kafka/node_modules'), join(folder, 'node_modules'));
  }
}

/** Tells one build of the consumer from another: runs of two builds are not runs of the same thing. */
export async function bundleVersion(home: string): Promise<string> {
  const folder = join(home, 'consumer/dist');
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.js')).sort())
    hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}
