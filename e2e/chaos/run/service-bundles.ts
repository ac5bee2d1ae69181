import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import configs from '../../../rolldown.config.ts';

const ROOT = join(import.meta.dirname, '../../..');

export interface ServiceBundles {
  readonly consumer: string;
  readonly operator: string;
  remove(): Promise<void>;
}

/** The consumer and the operator's program, as the image has them. */
export async function bundleServices(): Promise<ServiceBundles> {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-bundles-'));
  // The codecs that bundles leave out.
  await symlink(join(ROOT, 'packages/kafka/node_modules'), join(folder, 'node_modules'));
  const bundle = async (service: string): Promise<string> => {
    const input = `services/${service}/src/main.ts`;
    const config = configs.find((each) => each.input === input);
    if (config === undefined) throw new Error(`rolldown.config.ts has no bundle of ${input}`);
    const { output, ...how } = config;
    const dir = join(folder, service);
    const made = await rolldown({ ...how, cwd: ROOT });
    await made.write({ ...(Array.isArray(output) ? output[0] : output), dir });
    await made.close();
    return join(dir, 'main.js');
  };
  return {
    consumer: await bundle('consumer'),
    operator: await bundle('operator'),
    remove: () => rm(folder, { recursive: true }),
  };
}
