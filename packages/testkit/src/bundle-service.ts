import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import configs from '../../../rolldown.config.ts';

const ROOT = join(import.meta.dirname, '../../..');

/**
 * Bundles a service as its image has it, into a folder of its own; what was there is removed. Beside it are links to what the bundle
 * leaves out: the codecs and the page. Resolves with the bundle.
 */
export async function bundleService(
  service: 'consumer' | 'producer' | 'operator',
  folder: string,
): Promise<string> {
  const source = `services/${service}/src/main.ts`;
  const config = configs.find(({ input }) => input === source);
  if (config === undefined) throw new Error(`rolldown.config.ts has no bundle of ${source}`);
  const { output, ...input } = config;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const bundle = await rolldown({ ...input, cwd: ROOT });
  await bundle.write({ ...(Array.isArray(output) ? output[0] : output), dir: join(folder, 'dist') });
  await bundle.close();
  await symlink(join(ROOT, 'packages/kafka/node_modules'), join(folder, 'node_modules'));
  await symlink(join(ROOT, 'packages/pipeline-ui/web'), join(folder, 'dist/web'));
  return join(folder, 'dist/main.js');
}
