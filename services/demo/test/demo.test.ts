import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
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

test('a wrong flag is named with what is allowed, and ends with 2', () => {
  const { status, output } = runDemo('--count', 'many');
  expect(status).toBe(2);
  expect(output).toContain('TICKET_COUNT');
  expect(output).toContain('many');
});
