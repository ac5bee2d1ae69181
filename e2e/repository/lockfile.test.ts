import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const store = join(root, 'node_modules/.pnpm');

const lockfile = z
  .object({ packages: z.record(z.string(), z.unknown()) })
  .parse(parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')));
const locked = new Set(Object.keys(lockfile.packages).map((key) => key.slice(0, key.lastIndexOf('@'))));
const lockedVersions = new Set(Object.keys(lockfile.packages));

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/** The packages that are installed here, each with what it would like to have on some system or other. */
function installed(): readonly z.output<typeof manifest>[] {
  const folders = readdirSync(store).filter((name) => name.includes('@'));
  return folders.flatMap((folder) => {
    const modules = join(store, folder, 'node_modules');
    const names = readdirSync(modules, { withFileTypes: true }).flatMap(({ name }) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((part) => `${name}/${part}`) : [name],
    );
    const own = names.filter((name) => folder.startsWith(`${name.replace('/', '+')}@`));
    return own.map((name) =>
      manifest.parse(JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'))),
    );
  });
}

test('every optional dependency of a locked package is locked, for all systems', () => {
  const packages = installed();
  expect(packages.map(({ name }) => name)).toContain('rolldown'); // it has been looked at something
  const missing = packages.flatMap(({ name, version, optionalDependencies }) =>
    Object.entries(optionalDependencies)
      // A native package has the very version of what loads it; a range is met by any.
      .filter(
        ([needed, range]) =>
          !(/^\d/.test(range) ? lockedVersions.has(`${needed}@${range}`) : locked.has(needed)),
      )
      .map(([needed, range]) => `${needed}@${range} of ${name}@${version}`),
  );
  expect(missing).toEqual([]);
});
