import { markdownTable } from '../markdown-table.ts';
import { describeWorkload, type Workload } from '../workload.ts';
import { runsOf, summarize, type Summary } from './measurement.ts';
import type { Report } from './report.ts';

/** How other programs write tickets, in `peers/produce_tickets.py`; `undefined`: this project's own form. */
export type Spelling = Workload['independent'];
export const PYTHON: Spelling = { form: 'python', codec: 'lz4' };

/** What is left of a system's time when start-up is taken out: by how much the larger of two workloads takes longer. */
export interface SteadyRate {
  readonly name: string;
  readonly title: string;
  /** `undefined`: the larger one took no longer. */
  readonly ticketsPerSecond: number | undefined;
  readonly cpuSecondsPerMillion: number;
  /** With the larger one, at its peak. */
  readonly megabytes: number;
  readonly of: Workload;
}

export interface SteadyRates {
  readonly beside: Workload;
  readonly rates: readonly SteadyRate[];
}

/** From the workloads that differ in their size alone; `undefined`: there are no two of them. */
export function steadyRates(
  { workloads, systems, measurements }: Report,
  spelling: Spelling,
): SteadyRates | undefined {
  const alike = workloads
    .filter(
      ({ maxOffsetsPerTrigger, malformedPercent, independent }) =>
        maxOffsetsPerTrigger === 0 &&
        malformedPercent === 0 &&
        independent?.form === spelling?.form &&
        independent?.codec === spelling?.codec,
    )
    .sort((a, b) => a.tickets - b.tickets);
  const [small, ...others] = alike;
  if (small === undefined) return undefined;
  const summaryOf = (name: string, workload: Workload): Summary | undefined =>
    summarize(runsOf(measurements, name, workload.name));
  const rates = systems.flatMap(({ name, title }): readonly SteadyRate[] => {
    const first = summaryOf(name, small);
    // A system may have given up on the largest one.
    const larger = others
      .flatMap((workload) => {
        const summary = summaryOf(name, workload);
        return summary === undefined ? [] : [{ workload, summary }];
      })
      .at(-1);
    if (first === undefined || larger === undefined) return [];
    const { workload, summary } = larger;
    const tickets = workload.tickets - small.tickets;
    const seconds = summary.wallSeconds.median - first.wallSeconds.median;
    const cpu = summary.cpuSeconds.median - first.cpuSeconds.median;
    return [
      {
        name,
        title,
        ticketsPerSecond: seconds > 0 ? tickets / seconds : undefined,
        cpuSecondsPerMillion: (cpu / tickets) * 1e6,
        megabytes: summary.peakMegabytes.median,
        of: workload,
      },
    ];
  });
  return rates.length === 0 ? undefined : { beside: small, rates };
}

/** What it is, and its table. */
export function steadyRatesTable({ beside, rates }: SteadyRates): readonly [string, string] {
  return [
    `By how much longer more tickets take than ${describeWorkload(beside)}, of medians: what is left when start-up is taken out.`,
    markdownTable(
      ['', 'thousand tickets a second', 'CPU seconds a million', 'of'],
      rates.map(({ title, ticketsPerSecond, cpuSecondsPerMillion, of }) => [
        title,
        ticketsPerSecond === undefined ? 'not to be told' : String(Math.round(ticketsPerSecond / 1000)),
        cpuSecondsPerMillion.toFixed(2),
        describeWorkload(of),
      ]),
    ),
  ];
}
