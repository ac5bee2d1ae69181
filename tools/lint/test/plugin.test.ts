import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
let clone: string;

/** A repository with this one's linter and no source file yet. */
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'lint-'));
  mkdirSync(join(clone, 'tools/lint'), { recursive: true });
  for (const name of readdirSync(join(repository, 'tools/lint')).filter((file) => file.endsWith('.js')))
    copyFileSync(join(repository, 'tools/lint', name), join(clone, 'tools/lint', name));
  writeFileSync(join(clone, '.oxlintrc.json'), readFileSync(join(repository, '.oxlintrc.json')));
  writeFileSync(join(clone, 'package.json'), '{ "type": "module" }');
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

test.each([
  ['imports', "import { Kafka } from 'kafkajs';\nexport const client = Kafka;\n"],
  ['imports a type of', "import type { Kafka } from 'kafkajs';\nexport type Client = Kafka;\n"],
  ['exports again', "export { Kafka } from 'kafkajs';\n"],
  ['exports all of', "export * from 'kafkajs';\n"],
  ['imports on demand', "export const client = () => import('kafkajs');\n"],
])('the linter fails where a package %s what its row does not name', (_, source) => {
  expect(lint({ 'packages/micro-batch/src/index.ts': source })).toEqual({
    status: 1,
    found: [
      "packages/micro-batch may import Node's own modules only, not kafkajs (tools/lint/import-table.js).",
    ],
  });
});

test('the linter fails where two files import types of each other', () => {
  const result = lint({
    'packages/tickets/src/ticket.ts':
      "import type { Team } from './team.ts';\nexport type Ticket = { team: Team };\n",
    'packages/tickets/src/team.ts':
      "import type { Ticket } from './ticket.ts';\nexport type Team = Ticket[];\n",
  });
  expect(result).toEqual({ status: 1, found: ['Dependency cycle detected', 'Dependency cycle detected'] });
});

test('the linter passes what the table allows', () => {
  expect(lint({ 'packages/micro-batch/src/index.ts': "export { join } from 'node:path';\n" })).toEqual({
    status: 0,
    found: [],
  });
});

function lint(files: Readonly<Record<string, string>>): { status: number | null; found: string[] } {
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(join(clone, dirname(path)), { recursive: true });
    writeFileSync(join(clone, path), source);
  }
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(repository, 'node_modules/oxlint/bin/oxlint'), '--deny-warnings', '--format=json', 'packages'],
    { cwd: clone, encoding: 'utf8' },
  );
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { message: string }[] };
  return { status, found: diagnostics.map(({ message }) => message) };
}
