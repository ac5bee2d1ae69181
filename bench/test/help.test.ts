import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { runBench } from '../src/run-bench.ts';

const MAIN = join(import.meta.dirname, '../src/main.ts');
const bench = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', MAIN, ...args]);

/** What the same prints when this process does it, which takes no second to start. */
async function print(...args: readonly string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await runBench(args);
    expect(process.exitCode ?? 0).toBe(0);
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
    process.exitCode = undefined; // commander's, not that of the tests
  }
}

const WHAT = ['compare', 'latency', 'steady', 'growth', 'soak', 'profile', 'viewers', 'report'];

test.each(WHAT)('%s says what its options and their defaults are, in words', async (what) => {
  const help = await print(what, '--help');
  expect(help).toMatch(new RegExp(`^Usage: bench${what === 'compare' ? '' : ` ${what}`} `));
  expect(help).toContain('--output <folder>');
  expect(help).not.toMatch(/[[{]"|\[object|undefined/);
});

test('without a word it says what there is to measure', async () => {
  const { stdout } = await bench();
  for (const what of WHAT) expect(stdout).toMatch(new RegExp(`^ +${what} `, 'm'));
});

test('what it does not measure is refused by name', async () => {
  await expect(bench('speed')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('found speed'),
  });
});

test('a plan is there at once: nothing is installed or bundled for it', async () => {
  const { stderr } = await bench('--plan', '-w', '200', '-s', 'kcat', '-r', '2', '--home', '/nowhere');
  expect(stderr).toMatch(
    /^\d\d:\d\d:\d\d 2 runs, about \d+ s without filling topics that are not full yet\n$/,
  );
});
