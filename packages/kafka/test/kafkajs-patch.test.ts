import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import { expect, onTestFinished, test } from 'vitest';
import { checkPatch } from '../src/kafkajs-patch.ts';

const require = createRequire(import.meta.url);

/** kafkajs as `npm install` brings it: without what the patch exports. */
async function unpatchedCopy(): Promise<{ readonly clientTicketsPatch?: unknown; readonly Kafka: unknown }> {
  const folder = await mkdtemp(join(tmpdir(), 'kafkajs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(dirname(require.resolve('kafkajs')), folder, { recursive: true });
  const index = join(folder, 'index.js');
  const lines = (await readFile(index, 'utf8')).split('\n');
  await writeFile(index, lines.filter((line) => !line.includes('clientTicketsPatch')).join('\n'));
  return require(index);
}

test('the kafkajs that is installed is the patched one', () => {
  expect(() => checkPatch(kafkajs)).not.toThrow();
});

test('the patch takes no name from those who import by name', async () => {
  const script = "import { Kafka, logLevel } from 'kafkajs'; console.log(typeof Kafka, typeof logLevel);";
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
  });
  expect(stdout).toBe('function object\n');
});

test('the published kafkajs is refused, and the error says how to install the patched one', async () => {
  const published = await unpatchedCopy();
  expect(published.Kafka).toBeTypeOf('function');
  expect(() => checkPatch(published)).toThrow(
    expect.objectContaining({
      code: 'unsupported',
      message: expect.stringMatching(
        /found the published kafkajs, .* install again with `npx -y pnpm@12 install`/,
      ),
    }),
  );
});

test('another state of the patch is refused, too', () => {
  expect(() => checkPatch({ clientTicketsPatch: 1 })).toThrow(/found kafkajs with patch 1/);
});
