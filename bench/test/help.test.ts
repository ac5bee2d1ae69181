import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test.concurrent.each(['compare', 'latency', 'steady', 'growth', 'profile', 'report'])(
  '%s says what its options and their defaults are, in words',
  { timeout: 20_000 },
  async (command) => {
    const main = join(import.meta.dirname, '../src', command, 'main.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', main, '--help']);
    expect(stdout).toMatch(/^Usage: /);
    expect(stdout).toContain('--output <folder>');
    expect(stdout).not.toMatch(/[[{]"|\[object|undefined/);
  },
);
