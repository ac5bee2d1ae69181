import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the help says what the options and their defaults are, in words', async () => {
  const main = join(import.meta.dirname, '../main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', main, '--help']);
  expect(stdout).toMatch(/^Usage: /);
  expect(stdout).toContain('--fault <names>');
  expect(stdout).not.toMatch(/[[{]"|\[object|undefined/);
});
