import { expect, test } from 'vitest';
import { distanceTable } from '../src/compare/distance.ts';
import type { Report } from '../src/compare/report.ts';
import { PYTHON, steadyRates } from '../src/compare/steady-rates.ts';
import { picture } from '../src/report/picture.ts';
import { targetsTable } from '../src/report/targets.ts';
import { HEAD, measured, rowsOf, workloadNamed } from './support/made-reports.ts';

const report: Report = {
  kind: 'compare',
  startedAt: '2026-11-27T10:00:00.000Z',
  sittings: [],
  workloads: ['1m', '10m', '1m-python', '10m-python'].map(workloadNamed),
  systems: [
    { name: 'client-tickets', title: 'Client Tickets', job: '' },
    { name: 'limit', title: 'Rust <the limit>', job: '' },
  ],
  measurements: [
    measured('client-tickets', '1m', 2),
    measured('client-tickets', '10m', 11),
    measured('client-tickets', '1m-python', 3),
    measured('client-tickets', '10m-python', 21, { peakBytes: 200e6 }),
    measured('limit', '1m-python', 1),
    measured('limit', '10m-python', 7),
  ],
};

test('rates are those of one spelling, without the start', () => {
  const own = steadyRates(report, undefined);
  expect(own?.rates.map(({ name, ticketsPerSecond, of }) => [name, ticketsPerSecond, of.name])).toEqual([
    ['client-tickets', 1e6, '10m'],
  ]);
  const python = steadyRates(report, PYTHON);
  expect(python?.rates.map(({ name, ticketsPerSecond }) => [name, ticketsPerSecond])).toEqual([
    ['client-tickets', 5e5],
    ['limit', 1.5e6],
  ]);
  expect(python?.rates.map(({ cpuSecondsPerMillion: cpu }) => cpu.toFixed(3))).toEqual(['4.000', '1.333']);
  expect(steadyRates({ ...report, measurements: [] }, PYTHON)).toBeUndefined();
});

test('the distance to the limit is told of each workload that both have run', () => {
  const [table = ''] = distanceTable(report);
  expect(rowsOf(table)).toEqual([
    "| 1 million tickets as Python's json.dumps writes them, lz4 | 2.00 | 6.00 | 3.0 | 1.00 | 3.00 | 3.0 |",
    "| 10 million tickets as Python's json.dumps writes them, lz4 | 14.00 | 42.00 | 3.0 | 7.00 | 21.00 | 3.0 |",
  ]);
  expect(distanceTable({ ...report, measurements: [] })).toEqual([]);
});

test('the picture draws bars as long as their values, says them in words, and follows light and dark', () => {
  const bars = steadyRates(report, PYTHON)?.rates ?? [];
  const svg = picture(bars, { of: '10 million tickets', from: '2026-11-27' });
  expect(svg).toContain('class="ours" x="264" y="92" width="100"'); // a third of the limit's
  expect(svg).toContain('class="limit" x="264" y="126" width="300"');
  expect(svg).toContain(
    'Client Tickets: 500 thousand tickets a second, 200 MB; Rust &lt;the limit&gt;: 1500',
  );
  expect(svg).toContain('@media (prefers-color-scheme: dark)');
  expect(svg).not.toContain('NaN');
});

test('what was aimed at and is not reached is said first, and what is not measured last', () => {
  const latencies = [
    { place: 'local S3', ticketsPerSecond: 1_000, p99: 90 },
    { place: 'a local folder', ticketsPerSecond: 50_000, p99: 10 },
  ].map((each) => ({
    ...each,
    tickets: 1,
    producedPerSecond: 1,
    p50: 1,
    max: 1,
    batches: 1,
    readEveryMs: 1,
    consumerCpu: 1,
  }));
  const table = targetsTable({
    compares: [report],
    latency: {
      kind: 'latency',
      ...HEAD,
      seconds: 20,
      latencies,
    },
  });
  const rows = rowsOf(table).map((line) => line.split('|').map((cell) => cell.trim()));
  expect(
    rows.map(([, , , found, reached]) => [found, reached]).filter(([found]) => found !== 'not yet'),
  ).toEqual([
    ['4.00', '**no**'],
    ['2.00', '**no**'],
    ['3.0 times', '**no**'],
    ['90 ms', 'yes'],
  ]);
  expect(rows.slice(4).every(([, , , found]) => found === 'not yet')).toBe(true);
});

test('a peer that came too close is named, and so is memory that was too much', () => {
  const systems = [
    ...report.systems,
    { name: 'flink', title: 'Flink', job: '' },
    { name: 'kcat', title: '', job: '' },
  ];
  const table = (seconds: number) =>
    targetsTable({
      compares: [
        {
          ...report,
          systems,
          measurements: [
            ...report.measurements,
            measured('flink', '10m-python', seconds),
            measured('kcat', '10m-python', 1),
          ],
        },
      ],
      latency: undefined,
    });
  expect(table(84)).toMatch(/4\.0 times Flink, which came closest; 200 MB +\| yes/);
  expect(table(83)).toMatch(/4\.0 times Flink, which came closest; 200 MB +\| \*\*no/);
});
