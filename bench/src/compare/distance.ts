import { markdownTable } from '../markdown-table.ts';
import { describeWorkload } from '../workload.ts';
import { runsOf, summarize, type Summary } from './measurement.ts';
import type { Report } from './report.ts';

const [OURS, LIMIT] = ['client-tickets', 'limit'];

/** How far this project is from the native program, for each workload that both have run; none: an empty list. */
export function distanceTable({ workloads, measurements }: Report): readonly string[] {
  const rows = workloads.flatMap((workload) => {
    const of = (name: string): Summary | undefined => summarize(runsOf(measurements, name, workload.name));
    const [ours, limit] = [of(OURS), of(LIMIT)];
    if (ours === undefined || limit === undefined) return [];
    const times = (pick: (summary: Summary) => number): readonly string[] => [
      pick(limit).toFixed(2),
      pick(ours).toFixed(2),
      (pick(ours) / pick(limit)).toFixed(1),
    ];
    return [
      [
        describeWorkload(workload),
        ...times(({ cpuSeconds }) => cpuSeconds.median),
        ...times(({ wallSeconds }) => wallSeconds.median),
      ],
    ];
  });
  if (rows.length === 0) return [];
  return [
    markdownTable(
      ['', 'limit, CPU s', 'Client Tickets, CPU s', 'times', 'limit, s', 'Client Tickets, s', 'times'],
      rows,
    ),
  ];
}
