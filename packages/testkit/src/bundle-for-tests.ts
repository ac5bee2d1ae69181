import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleService } from './bundle-service.ts';
import { BUNDLES_FOLDER } from './service-program.ts';

/**
 * Vitest's global set-up: bundles the services once for all tests that start them. While one can't be bundled, they start from source, and
 * tests that start none are not held up.
 */
export default async function bundleForTests(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'test-bundles-'));
  try {
    for (const service of ['producer', 'consumer', 'operator'] as const)
      await bundleService(service, join(folder, service));
    process.env[BUNDLES_FOLDER] = folder;
  } catch (error) {
    console.warn('the services cannot be bundled, so tests start them from source:', error);
  }
  return () => rm(folder, { recursive: true });
}
