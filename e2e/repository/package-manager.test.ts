import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

const { engines } = z
  .object({ engines: z.object({ pnpm: z.string() }) })
  .parse(JSON.parse(read('package.json')));

// pnpm 10 and older would rewrite the lockfile; by `engines` they refuse, and say which version is needed.
test('the package manager is the same for a clone, the images and older ones that are refused', () => {
  const major = /^>=(\d+)$/.exec(engines.pnpm)?.[1] ?? '';
  for (const name of ['Dockerfile.producer', 'Dockerfile.consumer']) {
    expect(read(name)).toMatch(new RegExp(`npm install .*pnpm@${major}\\.\\d+\\.\\d+\n`));
  }
  expect(read('README.md')).toContain(`npx -y pnpm@${major} test`);
});
