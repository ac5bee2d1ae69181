import { expect, test } from 'vitest';
import { combinations, minutesToWatch } from '../src/steady/measure-costs.ts';
import { steadyTable, type SteadyReport } from '../src/steady/steady-report.ts';
import { HEAD } from './support/made-reports.ts';

test('each trigger is run with each rollover', () => {
  expect(combinations(['1 second', '1 minute'], ['1 minute', '5 minutes'])).toEqual([
    { trigger: '1 second', rollover: '1 minute' },
    { trigger: '1 second', rollover: '5 minutes' },
    { trigger: '1 minute', rollover: '1 minute' },
    { trigger: '1 minute', rollover: '5 minutes' },
  ]);
});

test('requests are watched for whole rounds of the longest rollover', () => {
  expect(minutesToWatch(2, ['1 minute', '5 minutes'])).toBe(5);
  expect(minutesToWatch(6, ['5 minutes', '30 seconds'])).toBe(10);
  expect(minutesToWatch(0.5, ['0'])).toBe(0.5);
});

test('what is asked of S3 by trigger and rollover is a table of its own, with the price list and its date', () => {
  const row = {
    who: 'consumer',
    load: '1 ticket a second',
    minutes: 5,
    cores: 0.025,
    residentBytes: 120e6,
    peakBytes: 130e6,
    requests: { PUT: 100, GET: 5 },
  };
  const report: SteadyReport = {
    kind: 'steady',
    ...HEAD,
    minutes: 5,
    rows: [row, { ...row, settings: { trigger: '10 seconds', rollover: '5 minutes' } }],
  };
  const lines = steadyTable(report)
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '));
  expect(lines).toContain(
    '| consumer | 1 ticket a second | 2.5 | 120 | 130 | 1,260 | 1,200 PUT, 60 GET | 4.40 |',
  );
  expect(lines).toContain('| 10 seconds | 5 minutes | 2.5 | 1,260 | 1,200 PUT, 60 GET | 4.40 |');
  expect(lines.at(-1)).toMatch(/by \[AWS's list of \d{4}-\d\d-\d\d\]\(https:\/\/pricing\./);
  expect(steadyTable({ ...report, rows: [row] })).not.toContain('by trigger');
});
