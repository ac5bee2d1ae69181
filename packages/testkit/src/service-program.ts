import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

export type ServiceName = 'producer' | 'consumer' | 'demo' | 'operator';

/** Where `bundle-for-tests.ts` tells its workers that the bundles are. */
export const BUNDLES_FOLDER = 'TESTKIT_BUNDLES';

/** Node's arguments to run a service: from the bundle of this test run, where there is one, as that starts ten times faster than source. */
export function serviceProgram(name: ServiceName): readonly string[] {
  const bundles = process.env[BUNDLES_FOLDER];
  return bundles === undefined || name === 'demo'
    ? ['--import', import.meta.resolve('tsx'), join(ROOT, `services/${name}/src/main.ts`)]
    : [join(bundles, name, 'dist/main.js')];
}
