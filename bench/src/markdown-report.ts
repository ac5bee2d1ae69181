import type { Contender } from './contender.ts';
import { summarize, type Measurement, type Summary } from './measurement.ts';
import type { Spread } from './spread.ts';
import { describeWorkload, type Workload } from './workload.ts';

export interface Report {
  readonly machine: string;
  readonly startedAt: string;
  readonly workloads: readonly Workload[];
  readonly contenders: readonly Contender[];
  /** By name of the contender. */
  readonly missing: ReadonlyMap<string, string>;
  readonly measurements: readonly Measurement[];
}

/** Everything as Markdown: a table for each workload, the steady rates, what each contender does, and who is missing. */
export function markdownReport(report: Report): string {
  const { machine, startedAt, workloads, contenders, missing, measurements } = report;
  const present = contenders.filter(({ name }) => !missing.has(name));
  const hasRuns = ({ name }: Workload): boolean => measurements.some((run) => run.workload === name);
  return [
    `# Benchmark of ${startedAt}`,
    machine,
    'Each figure is the median, with minimum and maximum where they differ. CPU and memory are those of the whole process tree; memory is the ' +
      'largest sum of resident sets (RSS), so pages that processes share count for each of them.',
    ...workloads
      .filter(hasRuns)
      .flatMap((workload) => [
        `## ${describeWorkload(workload)}`,
        workloadTable(workload, present, measurements),
      ]),
    ...steadyRates(workloads, present, measurements),
    '## What each one does',
    ...present.map(({ title, job }) => `- **${title}**: ${job}.`),
    ...contenders
      .filter(({ name }) => missing.has(name))
      .map(({ name, title }) => `- **${title}** did not take part: ${missing.get(name) ?? ''}.`),
  ]
    .join('\n\n')
    .concat('\n');
}

function workloadTable(
  workload: Workload,
  contenders: readonly Contender[],
  measurements: readonly Measurement[],
): string {
  const rows = contenders.flatMap((contender) => {
    const runs = runsOf(measurements, contender, workload);
    if (runs.length === 0) return [];
    const summary = summarize(runs);
    const problem = runs.find((run) => run.problem !== undefined)?.problem;
    if (summary === undefined)
      return [`| ${contender.title} | no right result: ${problem ?? ''} | | | | | |`];
    return [
      row(
        contender.title,
        summary,
        problem === undefined ? '' : ` (${runs.length - summary.runs} more failed)`,
      ),
    ];
  });
  return [
    '| | wall, s | CPU, s | peak memory, MB | first result, s | S3 requests | runs |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function row(title: string, summary: Summary, note: string): string {
  const { wallSeconds, cpuSeconds, peakMegabytes, firstResultSeconds, s3Requests, runs } = summary;
  const cells = [
    show(wallSeconds, 2),
    show(cpuSeconds, 2),
    show(peakMegabytes, 0),
    show(firstResultSeconds, 2),
    show(s3Requests, 0),
    `${runs}${note}`,
  ];
  return `| ${title} | ${cells.join(' | ')} |`;
}

function show(spread: Spread | undefined, digits: number): string {
  if (spread === undefined) return '';
  const [min, median, max] = [spread.min, spread.median, spread.max].map((value) => value.toFixed(digits));
  return min === max ? `${median}` : `**${median}** (${min} to ${max})`;
}

/** What is left of the time when start-up is taken out: by how much the larger of two workloads takes longer. */
function steadyRates(
  workloads: readonly Workload[],
  contenders: readonly Contender[],
  measurements: readonly Measurement[],
): readonly string[] {
  const alike = workloads
    .filter(
      ({ maxOffsetsPerTrigger, malformedPercent }) => maxOffsetsPerTrigger === 0 && malformedPercent === 0,
    )
    .sort((a, b) => a.tickets - b.tickets);
  const [small, large] = [alike[0], alike.at(-1)];
  if (small === undefined || large === undefined || small === large) return [];
  const rows = contenders.flatMap((contender) => {
    const [first, last] = [small, large].map((workload) =>
      summarize(runsOf(measurements, contender, workload)),
    );
    if (first === undefined || last === undefined) return [];
    const seconds = last.wallSeconds.median - first.wallSeconds.median;
    const cpu = last.cpuSeconds.median - first.cpuSeconds.median;
    const tickets = large.tickets - small.tickets;
    const rate = Math.round(tickets / seconds / 1000);
    return [`| ${contender.title} | ${rate} | ${((cpu / tickets) * 1e6).toFixed(2)} |`];
  });
  if (rows.length === 0) return [];
  return [
    '## Steady state',
    `Between ${describeWorkload(small)} and ${describeWorkload(large)}, medians: what is left when start-up is taken out.`,
    ['| | thousand tickets a second | CPU seconds a million |', '|---|---|---|', ...rows].join('\n'),
  ];
}

function runsOf(
  measurements: readonly Measurement[],
  { name }: Contender,
  workload: Workload,
): readonly Measurement[] {
  return measurements.filter((run) => run.contender === name && run.workload === workload.name);
}
