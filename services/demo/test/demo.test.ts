import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { createEmbeddedSource, openLogWriter } from '@client-tickets/embedded-log';
import { systemClock } from '@client-tickets/micro-batch';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'client-tickets-demo-'));
afterAll(() => rmSync(data, { recursive: true }));

function runDemo(...args: string[]) {
  const main = join(root, 'services/demo/src/main.ts');
  const run = spawnSync(process.execPath, ['--import', 'tsx', main, '--data', data, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status: run.status, output: stripVTControlCharacters(run.stdout + run.stderr) };
}

function readLines(folder: string): readonly Record<string, unknown>[] {
  return readdirSync(join(data, 'results', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) =>
      readFileSync(join(data, 'results', folder, name), 'utf8')
        .split('\n')
        .filter(Boolean),
    )
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('the demo counts each of its tickets once, and goes on from its checkpoint when it is run again', () => {
  for (const [run, tickets] of [
    [1, 200],
    [2, 400],
  ]) {
    const { status, output } = runDemo('--seed', String(run), '--rate', '0');
    expect(status, output).toBe(0);
    expect(output).toMatch(new RegExp(`total +│ +${tickets} `));
    expect(new Set(readLines('tickets_json').map((row) => row['ticket_id'])).size).toBe(tickets);
    expect(readLines('tickets_json')).toHaveLength(tickets ?? 0);
    const counted = readLines('ticket_counts').reduce((sum, row) => sum + Number(row['ticket_count']), 0);
    expect(counted).toBe(tickets);
  }
});

test('a folder that is in use, or holds something else, is left alone, and the flag for another one is named', async () => {
  const folder = join(data, 'taken');
  const topic = 'client_tickets';
  const log = await openLogWriter({ directory: join(folder, 'log'), topic, partitions: 3 });
  const inUse = runDemo('--data', folder);
  expect(inUse.status).toBe(1);
  expect(inUse.output).toMatch(
    /is in use by process \d+ .* To run the demo in another folder: --data <folder>\./,
  );
  await log.close();

  mkdirSync(join(folder, 'results'));
  writeFileSync(join(folder, 'results/holiday.jpg'), '');
  const holdsOther = runDemo('--data', folder);
  expect(holdsOther.status).toBe(1);
  expect(holdsOther.output).toMatch(/already holds files \(holiday\.jpg\) .* --data <folder>\./);
  const source = createEmbeddedSource({ directory: join(folder, 'log'), topic, clock: systemClock });
  const offsets = await source.fetchOffsets(await source.listPartitions());
  expect([...offsets.values()].map(({ latest }) => latest)).toEqual([0n, 0n, 0n]);
});

test('a wrong flag is named with what is allowed, and ends with 2', () => {
  const { status, output } = runDemo('--count', 'many');
  expect(status).toBe(2);
  expect(output).toContain('TICKET_COUNT');
  expect(output).toContain('many');
});
