import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { forbiddenImport } from '../forbidden-import.js';
import { importTable } from '../import-table.js';

const repository = new URL('../../../', import.meta.url);
const packagesIn = (parent: string): string[] =>
  readdirSync(new URL(parent, repository))
    .map((name) => `${parent}/${name}`)
    .filter((folder) => existsSync(new URL(`${folder}/package.json`, repository)));

test('each package and service has a row', () => {
  expect(Object.keys(importTable).sort()).toEqual(
    [...packagesIn('packages'), ...packagesIn('services')].sort(),
  );
});

test.each(Object.entries(importTable))('%s depends on what its row names', (folder, { ours, npm }) => {
  const manifest = JSON.parse(readFileSync(new URL(`${folder}/package.json`, repository), 'utf8')) as {
    dependencies?: Readonly<Record<string, string>>;
  };
  const dependencies = Object.keys(manifest.dependencies ?? {});
  expect(dependencies.sort()).toEqual([...ours.map((name) => `@client-tickets/${name}`), ...npm].sort());
});

test.each([
  ['services/producer/src/main.ts', '@client-tickets/consumer', 'services/producer may import'],
  ['packages/tickets/src/ticket.ts', '@client-tickets/kafka', 'packages/tickets may import'],
  ['packages/micro-batch/src/trigger/trigger.ts', 'zod', "may import Node's own modules only"],
  ['packages/object-store/src/key.ts', '@aws-sdk/client-kms/commands', 'not @aws-sdk/client-kms ('],
  ['packages/new/src/index.ts', 'zod', 'packages/new has no row'],
  ['packages/kafka/test/codecs.test.ts', '../../micro-batch/src/clock.ts', 'is in packages/micro-batch'],
  ['e2e/hostile/hostile-case.ts', '../../bench/src/machine.ts', 'is in bench'],
  ['packages/micro-batch/src/ports/source.ts', '../query/query-options.ts', 'imports upwards'],
  ['packages/micro-batch/src/checkpoint/checkpoint-store.ts', '../index.ts', 'imports upwards'],
])('%s may not import %s: "%s"', (file, specifier, reason) => {
  expect(forbiddenImport(file, specifier)).toContain(reason);
});

test.each([
  ['services/demo/src/main.ts', '@client-tickets/producer'],
  ['packages/service-kit/src/load-dot-env.ts', 'zod/mini'],
  ['packages/micro-batch/src/checkpoint/checkpoint-store.ts', 'node:crypto'],
  ['packages/micro-batch/src/query/streaming-query.ts', '../ports/source.ts'],
  ['packages/micro-batch/src/ports/source.ts', './object-store.ts'],
  ['packages/micro-batch/src/index.ts', './query/streaming-query.ts'],
  ['packages/micro-batch/test/trigger.test.ts', '../src/trigger/trigger.ts'],
  ['packages/tickets/test/ticket.test.ts', 'vitest'],
  ['bench/src/build-bundles.ts', '../../rolldown.config.ts'],
])('%s may import %s', (file, specifier) => {
  expect(forbiddenImport(file, specifier)).toBeUndefined();
});
