import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleService } from '@client-tickets/testkit';

export interface ServiceBundles {
  readonly consumer: string;
  readonly operator: string;
  remove(): Promise<void>;
}

/** The consumer and the operator's program, as the image has them. */
export async function bundleServices(): Promise<ServiceBundles> {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-bundles-'));
  return {
    consumer: await bundleService('consumer', join(folder, 'consumer')),
    operator: await bundleService('operator', join(folder, 'operator')),
    remove: () => rm(folder, { recursive: true }),
  };
}
