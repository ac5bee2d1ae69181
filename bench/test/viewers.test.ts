import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { viewers } from '../src/viewers/main.ts';
import { costOfViewers, viewersMarkdown, type ViewersReport } from '../src/viewers/viewers-report.ts';
import { HEAD } from './support/made-reports.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-viewers-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a small load of viewers is measured: all were there, those that read got events, all tickets were counted', async () => {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const places = [
    '--home',
    join(folder, 'home'),
    '--node',
    process.execPath,
    '--output',
    join(folder, 'results'),
  ];
  try {
    await viewers([
      '--tickets',
      '20000',
      '--readers',
      '20',
      '--deaf',
      '5',
      '--rounds',
      '1',
      '--no-bounds',
      ...places,
    ]);
  } finally {
    write.mockRestore();
  }
  expect(printed).toMatch(/\| none +\| [\d.]+ +\| [\d.]+ +\| \d+ +\| 0 +\|/);
  expect(printed).toMatch(/\| 25 +\| [\d.]+ +\| [\d.]+ +\| \d+ +\| [1-9][\d,]* +\|/);
  expect((await readdir(join(folder, 'results'))).map((name) => name.replace(/-.*\./, '.')).sort()).toEqual([
    'viewers.json',
    'viewers.md',
  ]);
});

const run = (seconds: number, megabytes: number) => ({
  seconds,
  cpuSeconds: 1,
  peakBytes: megabytes * 1e6,
  events: 5,
});
const report: ViewersReport = {
  kind: 'viewers',
  ...HEAD,
  tickets: 1_000,
  readers: 20,
  deaf: 5,
  without: [run(10, 200), run(12, 200), run(11, 200)],
  withViewers: [run(11.5, 210)],
};

test.each([
  ['within bounds', 11.5, 210, true],
  ['too slow', 11.6, 210, false],
  ['too large', 11, 270, false],
])('viewers that are %s are called so', (_, seconds, megabytes, holds) => {
  const measured = { ...report, withViewers: [run(seconds, megabytes)] };
  expect(costOfViewers(measured).holds).toBe(holds);
  expect(viewersMarkdown(measured)).toContain(holds ? 'within bounds' : 'OUT OF bounds');
});
