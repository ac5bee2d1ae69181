import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from '../protocol.ts';
import { search } from '../search.ts';

describe('the model of the protocol', () => {
  it.each([
    [3, 2],
    [2, 3],
  ])(
    'keeps every promise with %i records and %i consumers, whatever fails in whatever order',
    (records, consumers) => {
      const { failure, worlds } = search({ records, consumers });
      expect(failure).toBeUndefined();
      expect(worlds).toBeGreaterThan(100);
    },
  );

  it.each(MUTANTS)('breaks a promise where a rule is left out: %s', (mutant) => {
    expect(search({ records: 3, consumers: 2, mutant }).failure?.promise).toBeDefined();
  });
});

it('says which sizes it takes where it is given another one', () => {
  const main = join(import.meta.dirname, '../main.ts');
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', main, 'many'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining('numbers from 1 to 9, found "many"')]);
});
