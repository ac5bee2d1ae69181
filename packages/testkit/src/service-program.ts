import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

export type ServiceName = 'producer' | 'consumer' | 'demo' | 'operator';

/** Where `bundle-for-tests.ts` tells its workers that the bundles are. */
export const BUNDLES_FOLDER = 'TESTKIT_BUNDLES';

/** Node's arguments to run a service from source, as `pnpm consumer` does. */
export function serviceSource(name: ServiceName): readonly string[] {
  return ['--import', import.meta.resolve('tsx'), join(ROOT, `services/${name}/src/main.ts`)];
}

/** The same from the bundle of this test run, where there is one: it starts ten times faster than source. */
export function serviceProgram(name: ServiceName): readonly string[] {
  const bundles = process.env[BUNDLES_FOLDER];
  return bundles === undefined || name === 'demo'
    ? serviceSource(name)
    : [join(bundles, name, 'dist/main.js')];
}
