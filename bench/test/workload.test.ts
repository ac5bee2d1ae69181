import { expect, test } from 'vitest';
import { codecTable } from '../src/compare/markdown-report.ts';
import type { Report } from '../src/compare/report.ts';
import { describeWorkload, topicOf, WORKLOADS } from '../src/workload.ts';
import { measured, workloadNamed } from './support/made-reports.ts';

test('workloads of one name, or of one topic with other contents, do not exist', () => {
  expect(new Set(WORKLOADS.map(({ name }) => name)).size).toBe(WORKLOADS.length);
  const contents = WORKLOADS.map((workload) => {
    const { tickets, malformedPercent, independent } = workload;
    return `${topicOf(workload)} ${JSON.stringify({ tickets, malformedPercent, independent })}`;
  });
  const topics = WORKLOADS.map(topicOf);
  expect(new Set(contents).size).toBe(new Set(topics).size);
});

test('a workload is described by its size, spelling, compression and limits', () => {
  expect(describeWorkload(workloadNamed('1m-python'))).toBe(
    "1 million tickets as Python's json.dumps writes them, lz4",
  );
  expect(describeWorkload(workloadNamed('10m-python-none'))).toBe(
    "10 million tickets as Python's json.dumps writes them, not compressed",
  );
  expect(describeWorkload(workloadNamed('1m-100k'))).toBe('1 million tickets, 100 thousand per trigger');
});

test('peak memory of all codecs is in one table', () => {
  const run = (workload: string, megabytes: number) =>
    measured('a', workload, 1, { peakBytes: megabytes * 1e6 });
  const report: Report = {
    kind: 'compare',
    startedAt: '',
    sittings: [],
    workloads: ['1m', '1m-python', '1m-python-zstd', '1m-python-gzip'].map(workloadNamed),
    systems: [{ name: 'a', title: 'A', job: '' }],
    measurements: [
      run('1m', 1),
      run('1m-python', 180),
      run('1m-python-zstd', 190),
      run('1m-python-zstd', 200),
    ],
  };
  expect(codecTable(report)).toEqual([
    [
      '| tickets   | codec | A                    |',
      '| --------- | ----- | -------------------- |',
      '| 1 million | lz4   | 180                  |',
      '| 1 million | zstd  | **195** (190 to 200) |',
    ].join('\n'),
  ]);
});
