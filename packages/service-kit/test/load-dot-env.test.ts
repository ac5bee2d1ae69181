import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { loadDotEnv } from '../src/index.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'service-kit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('the file adds variables, overrides none and prints nothing', async () => {
  const directory = await temporaryFolder();
  await writeFile(
    join(directory, '.env'),
    'KAFKA_TOPIC=from_file\nTICKET_COUNT=7\n# a comment\nLOG_LEVEL="debug"\n',
  );
  const env: NodeJS.ProcessEnv = { KAFKA_TOPIC: 'from_environment' };
  const written = [
    vi.spyOn(console, 'log'),
    vi.spyOn(process.stdout, 'write'),
    vi.spyOn(process.stderr, 'write'),
  ];
  loadDotEnv({ directory, env });
  for (const spy of written) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
  expect(env).toEqual({ KAFKA_TOPIC: 'from_environment', TICKET_COUNT: '7', LOG_LEVEL: 'debug' });
});

test('a folder without the file is fine', async () => {
  const env: NodeJS.ProcessEnv = {};
  loadDotEnv({ directory: await temporaryFolder(), env });
  expect(env).toEqual({});
});

test('a file that cannot be read is an error that names it', async () => {
  const directory = await temporaryFolder();
  await mkdir(join(directory, '.env'));
  expect(() => loadDotEnv({ directory, env: {} })).toThrow(/\.env cannot be read/);
});
