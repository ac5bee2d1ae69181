import { describeCircumstances } from '../machine.ts';
import { markdownTable } from '../markdown-table.ts';
import type { Spread } from '../spread.ts';
import { describeWorkload, inWords, type Workload } from '../workload.ts';
import { distanceTable } from './distance.ts';
import { runsOf, summarize, type Summary } from './measurement.ts';
import type { Report } from './report.ts';
import { PYTHON, steadyRates, steadyRatesTable } from './steady-rates.ts';

/** Everything as Markdown: a table for each workload, the steady rates, what each system does, and who is missing. */
export function markdownReport(report: Report): string {
  return [
    `# Benchmark of ${report.startedAt}`,
    describeSittings(report),
    'Each figure is the median, with minimum and maximum where they differ. CPU and memory are those of the whole process tree; memory is the ' +
      'largest sum of resident sets (RSS), so pages that processes share count for each of them.',
    ...report.workloads
      .filter((workload) => hasRuns(report, workload))
      .flatMap((workload) => [`## ${describeWorkload(workload)}`, workloadTable(report, workload)]),
    ...codecTable(report).flatMap((part) => ['## Peak memory by compression', part]),
    ...distanceTable(report).flatMap((part) => ['## How far from the limit', part]),
    ...[PYTHON, undefined].flatMap((spelling) => {
      const rates = steadyRates(report, spelling);
      return rates === undefined
        ? []
        : [`## Steady state of ${describeWorkload(rates.beside)}`, ...steadyRatesTable(rates)];
    }),
    '## What each one does',
    describeSystems(report),
  ]
    .join('\n\n')
    .concat('\n');
}

export function hasRuns({ measurements }: Report, { name }: Workload): boolean {
  return measurements.some((run) => run.workload === name);
}

/** Where it was measured, and how busy the machine was with something else. */
export function describeSittings({ sittings, measurements }: Report): string {
  const [first] = sittings;
  const busiest = Math.max(0, ...measurements.map(({ busyBefore }) => busyBefore));
  return [
    first === undefined ? '' : describeCircumstances(first.circumstances),
    ...(sittings.length > 1
      ? [`Measured in ${sittings.length} sittings: ${sittings.map(({ startedAt }) => startedAt).join(', ')}.`]
      : []),
    `Before a run the machine was at most ${(busiest * 100).toFixed(0)}% busy with other things.`,
  ].join(' ');
}

export function describeSystems({ systems }: Report): string {
  return systems
    .map(({ title, job, missing }) =>
      missing === undefined ? `- **${title}**: ${job}.` : `- **${title}** did not take part: ${missing}.`,
    )
    .join('\n');
}

export function workloadTable({ systems, measurements }: Report, workload: Workload): string {
  const rows = systems.flatMap(({ name, title }) => {
    const runs = runsOf(measurements, name, workload.name);
    if (runs.length === 0) return [];
    const summary = summarize(runs);
    const problem = runs.find((run) => run.problem !== undefined)?.problem;
    if (summary === undefined) return [[title, `no right result: ${problem ?? ''}`]];
    return [
      cells(title, summary, problem === undefined ? '' : ` (${runs.length - summary.runs} more failed)`),
    ];
  });
  return markdownTable(
    ['', 'wall, s', 'CPU, s', 'peak memory, MB', 'first result, s', 'S3 requests', 'runs'],
    rows,
  );
}

function cells(title: string, summary: Summary, note: string): readonly string[] {
  const { wallSeconds, cpuSeconds, peakMegabytes, firstResultSeconds, s3Requests, runs } = summary;
  return [
    title,
    show(wallSeconds, 2),
    show(cpuSeconds, 2),
    show(peakMegabytes, 0),
    show(firstResultSeconds, 2),
    show(s3Requests, 0),
    `${runs}${note}`,
  ];
}

function show(spread: Spread | undefined, digits: number): string {
  if (spread === undefined) return '';
  const [min, median, max] = [spread.min, spread.median, spread.max].map((value) => value.toFixed(digits));
  return min === max ? `${median}` : `**${median}** (${min} to ${max})`;
}

/** Peak memory of each system, in MB, with the same tickets compressed in each way; none with fewer than two of them. */
export function codecTable({ workloads, systems, measurements }: Report): readonly string[] {
  const measured = workloads.flatMap((workload) => {
    if (workload.independent?.form !== 'python') return [];
    const peaks = systems.map(({ name }) => {
      const summary = summarize(runsOf(measurements, name, workload.name));
      return summary === undefined ? '' : show(summary.peakMegabytes, 0);
    });
    return peaks.every((peak) => peak === '')
      ? []
      : [[inWords(workload.tickets), workload.independent.codec, ...peaks]];
  });
  if (measured.length < 2) return [];
  return [markdownTable(['tickets', 'codec', ...systems.map(({ title }) => title)], measured)];
}
