import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, '../sse-load/main.ts');

function sseLoad(...args: readonly string[]): Promise<{ readonly stdout: string }> {
  return promisify(execFile)(process.execPath, ['--import', 'tsx', MAIN, ...args]);
}

test('a small load of viewers is measured: all were there, those that read got events, all tickets were counted', async () => {
  const small = ['--tickets', '20000', '--readers', '20', '--deaf', '5', '--rounds', '1', '--no-bounds'];
  const { stdout } = await sseLoad(...small);
  const [without, withViewers, verdict] = stdout.split('\n');
  expect(without).toMatch(
    /^without viewers: [\d.]+ s \([\d,]+ tickets\/s\), [\d.]+ s of processor, peak \d+ MB$/,
  );
  expect(withViewers).toMatch(/^with {4}viewers: .*, [1-9][\d,]* events read$/);
  expect(verdict).toMatch(/^medians of 1, 20 readers and 5 deaf viewers: .* (within|OUT OF) bounds$/);
}, 120_000);

test('the load test says what it takes, and refuses what it can not mean', async () => {
  expect((await sseLoad('--help')).stdout).toContain('--deaf <count>');
  await expect(sseLoad('--tickets', 'many')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('expected a whole number from 1000 on'),
  });
});
