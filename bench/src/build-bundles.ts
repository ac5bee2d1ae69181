import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleService } from '@client-tickets/testkit';

export type Service = 'consumer' | 'producer';

const SERVICES: readonly Service[] = ['consumer', 'producer'];

/** Where `buildBundles` leaves it. */
export function bundleOf(service: Service, home: string): string {
  return join(home, service, 'dist/main.js');
}

/** Bundles consumer and producer as their images have them, into folders of the benchmark's own. */
export async function buildBundles(home: string): Promise<void> {
  for (const service of SERVICES) await bundleService(service, join(home, service));
}

/** Tells one build of the consumer from another: runs of two builds are not runs of the same thing. */
export async function bundleVersion(home: string): Promise<string> {
  const folder = join(home, 'consumer/dist');
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.js')).sort())
    hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}
