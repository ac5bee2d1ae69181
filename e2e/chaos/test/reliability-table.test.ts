import { expect, test } from 'vitest';
import { FAULTS } from '../faults/faults.ts';
import { replaceBetween } from '../report/reliability-page.ts';
import { reliabilityTable } from '../report/reliability-table.ts';
import type { RunResult } from '../report/run-result.ts';

function result(changes: Partial<RunResult>): RunResult {
  return {
    fault: 'kill',
    seed: 1,
    storage: 's3',
    consumers: 1,
    tickets: 600,
    lost: 0,
    duplicated: 0,
    longestStallMs: 1_000,
    readings: 4,
    unreadable: 0,
    restarts: 0,
    misbehaved: 0,
    seconds: 5,
    at: '2026-11-26T03:00:00.000Z',
    commit: '0123456789ab',
    problems: [],
    ...changes,
  };
}

test('the table adds up the runs of each fault and names their seeds', () => {
  const table = reliabilityTable(
    [
      result({ seed: 3, longestStallMs: 6_240 }),
      result({ seed: 1 }),
      result({ seed: 2, storage: 'folder' }),
      result({ seed: 9 }),
      result({ fault: 'disk', storage: 'folder' }),
    ],
    FAULTS,
  );
  const [kill = '', disk = '', ...rest] = table.split('\n').slice(2);
  expect(kill).toMatch(/^\| `kill` \| .* \| 3 \| 1 \| 1–3, 9 \| 2,400 \| 0 \| 0 \| 6\.2 s \|$/);
  expect(disk).toMatch(/^\| `disk` \| .* \| 0 \| 1 \| 1 \| 600 \| 0 \| 0 \| 1\.0 s \|$/);
  expect(rest.join('\n')).toBe(
    '\n5 runs, none failed: 3,000 tickets, 0 lost, 0 duplicated; 20 readings while tickets flowed.',
  );
});

test('a run that failed is named, so that it can be repeated', () => {
  const table = reliabilityTable([result({ seed: 17, lost: 1, problems: ['1 is missing'] })], FAULTS);
  expect(table).toContain('1 runs, 1 failed: `--fault kill --seed 17`');
});

test('the page keeps its text around the table, and one without room for it is refused', () => {
  const begin = '<!-- chaos: begin (written by `pnpm test:chaos --write-report`) -->';
  const page = `before\n${begin}\nold\n<!-- chaos: end -->\nafter\n`;
  expect(replaceBetween(page, 'new')).toBe(`before\n${begin}\n\nnew\n\n<!-- chaos: end -->\nafter\n`);
  expect(() => replaceBetween('before', 'new')).toThrow('chaos: end');
});
