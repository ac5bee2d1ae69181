import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import configs from '../../rolldown.config.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Where `buildConsumer` leaves it. */
export function consumerBundle(home: string): string {
  return join(home, 'consumer/dist/main.js');
}

/**
 * Bundles the consumer as the image has it, into a folder of the benchmark's own. Beside it are the two codecs that the bundle leaves out.
 */
export async function buildConsumer(home: string): Promise<void> {
  const config = configs.find(({ input }) => input === 'services/consumer/src/main.ts');
  if (config === undefined)
    throw new Error('rolldown.config.ts has no bundle of services/consumer/src/main.ts');
  const { output, ...input } = config;
  const folder = join(home, 'consumer');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const bundle = await rolldown({ ...input, cwd: ROOT });
  await bundle.write({ ...(Array.isArray(output) ? output[0] : output), dir: join(folder, 'dist') });
  await bundle.close();
  await symlink(join(ROOT, 'packages/kafka/node_modules'), join(folder, 'node_modules'));
}
