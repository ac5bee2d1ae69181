import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ServerPlan } from '../src/server-plan.ts';
import { killProcess, runningPid, startProcess } from '../src/server-process.ts';

let folder: string;
let plan: ServerPlan;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'servers-'));
  const program = 'console.log(process.env.GREETING, "listens"); setInterval(() => undefined, 1_000)';
  plan = {
    name: 's3',
    port: 1,
    data: join(folder, 's3'),
    log: join(folder, 's3.log'),
    command: [process.execPath, '-e', program, join(folder, 's3')],
    environment: { GREETING: 'a server' },
  };
});
afterEach(async () => {
  await killProcess(plan);
  await rm(folder, { recursive: true });
});

test('a server runs until it is killed, and can be started again', async () => {
  expect(await runningPid(plan)).toBeUndefined();
  await startProcess(plan);
  const first = await runningPid(plan);
  expect(first).toBeGreaterThan(0);
  await killProcess(plan);
  expect(await runningPid(plan)).toBeUndefined();
  await startProcess(plan);
  expect(await runningPid(plan)).not.toBe(first);
});

test('what a server says is in its log, and it gets its environment', async () => {
  await startProcess(plan);
  await expect.poll(() => readFile(plan.log, 'utf8')).toBe('a server listens\n');
});

test('a process that has got the id of a dead server is left alone', async () => {
  await writeFile(`${plan.data}.pid`, String(process.pid));
  expect(await runningPid(plan)).toBeUndefined();
  await killProcess(plan);
  expect(await runningPid(plan)).toBeUndefined();
});

test('a program that is not there is an error', async () => {
  await expect(startProcess({ ...plan, command: [join(folder, 'missing')] })).rejects.toThrow(/ENOENT/);
});
