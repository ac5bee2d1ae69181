import type { Report } from '../compare/report.ts';
import { runsOf, summarize, type Summary } from '../compare/measurement.ts';
import { PYTHON, steadyRates, type Spelling } from '../compare/steady-rates.ts';
import type { LatencyReport } from '../latency/latency-report.ts';
import { markdownTable } from '../markdown-table.ts';

export interface Results {
  /** The newest first. */
  readonly compares: readonly Report[];
  readonly latency: LatencyReport | undefined;
}

interface Outcome {
  readonly found: string;
  readonly isReached: boolean;
}

interface Target {
  readonly what: string;
  readonly aim: string;
  /** `undefined`: not measured. */
  readonly outcome: (results: Results) => Outcome | undefined;
}

const [OURS, OURS_ON_S3, LIMIT] = ['client-tickets', 'client-tickets-s3', 'limit'];

const TARGETS: readonly Target[] = [
  {
    what: "CPU seconds a million of Python's tickets, start-up left out",
    aim: '2.0 at most',
    outcome: (results) => atMost(cpuPerMillion(results, PYTHON), 2, 2),
  },
  {
    what: "CPU seconds a million of this project's tickets, start-up left out",
    aim: '1.7 at most',
    outcome: (results) => atMost(cpuPerMillion(results, undefined), 1.7, 2),
  },
  {
    what: "CPU time beside the native program, a million of Python's tickets",
    aim: 'twice at most',
    outcome: (results) => {
      const [ours, limit] = together(results, '1m-python', OURS, LIMIT) ?? [];
      const times = ours && limit && ours.cpuSeconds.median / limit.cpuSeconds.median;
      return atMost(times, 2, 1, ' times');
    },
  },
  ...[OURS, OURS_ON_S3].flatMap((name) =>
    ['5m-python', '10m-python'].map((workload) => ({
      what: `${workload.slice(0, -8)} million of Python's tickets${name === OURS ? '' : ', on S3'}`,
      aim: '4 times as fast as every peer, in 200 MB',
      outcome: (results: Results) => besidePeers(results, workload, name),
    })),
  ),
  ...[
    { rate: 1_000, ms: 100 },
    { rate: 50_000, ms: 150 },
  ].map(({ rate, ms }) => ({
    what: `p99 of latency at ${rate.toLocaleString('en')} tickets a second, on local S3`,
    aim: `${ms} ms at most`,
    outcome: ({ latency }: Results) => {
      const found = latency?.latencies.find(
        ({ place, ticketsPerSecond }) => place === 'local S3' && ticketsPerSecond === rate,
      );
      return atMost(found?.p99, ms, 0, ' ms');
    },
  })),
  {
    what: '200 tickets, from the start of the process to final counts',
    aim: '0.35 s at most',
    outcome: ({ compares }) =>
      atMost(
        firstOf(compares, (report) => summaryOf(report, OURS, '200'))?.wallSeconds.median,
        0.35,
        2,
        ' s',
      ),
  },
];

/** What was aimed at and what came of it: what is not reached first, what is not measured last. */
export function targetsTable(results: Results): string {
  const rows = TARGETS.map(({ what, aim, outcome }) => ({ what, aim, outcome: outcome(results) }));
  const rank = (outcome: Outcome | undefined): number =>
    outcome === undefined ? 2 : Number(outcome.isReached);
  return markdownTable(
    ['', 'aimed at', 'measured', 'reached'],
    rows
      .sort((a, b) => rank(a.outcome) - rank(b.outcome))
      .map(({ what, aim, outcome }) => [
        what,
        aim,
        outcome?.found ?? 'not yet',
        outcome === undefined ? '' : outcome.isReached ? 'yes' : '**no**',
      ]),
  );
}

function atMost(value: number | undefined, limit: number, digits: number, unit = ''): Outcome | undefined {
  return value === undefined
    ? undefined
    : { found: `${value.toFixed(digits)}${unit}`, isReached: value <= limit };
}

function cpuPerMillion({ compares }: Results, spelling: Spelling): number | undefined {
  const ofOurs = (report: Report): number | undefined =>
    steadyRates(report, spelling)?.rates.find(({ name }) => name === OURS)?.cpuSecondsPerMillion;
  return firstOf(compares, ofOurs);
}

/** Beside the peer that came closest. */
function besidePeers({ compares }: Results, workload: string, name: string): Outcome | undefined {
  return firstOf(compares, (report) => {
    const ours = summaryOf(report, name, workload);
    const peers = report.systems
      .filter((system) => !system.name.startsWith(OURS) && ![LIMIT, 'kcat'].includes(system.name))
      .flatMap(({ name: peer, title }) => {
        const summary = summaryOf(report, peer, workload);
        return summary === undefined ? [] : [{ title, seconds: summary.wallSeconds.median }];
      });
    const closest = peers.sort((a, b) => a.seconds - b.seconds)[0];
    if (ours === undefined || closest === undefined) return undefined;
    const times = closest.seconds / ours.wallSeconds.median;
    const megabytes = ours.peakMegabytes.median;
    return {
      found: `${times.toFixed(1)} times ${closest.title}, which came closest; ${megabytes.toFixed(0)} MB`,
      isReached: times >= 4 && megabytes <= 200,
    };
  });
}

/** Of two systems in one report, the newest that has both. */
function together(
  { compares }: Results,
  workload: string,
  first: string,
  second: string,
): readonly [Summary, Summary] | undefined {
  return firstOf(compares, (report) => {
    const [a, b] = [first, second].map((name) => summaryOf(report, name, workload));
    return a === undefined || b === undefined ? undefined : ([a, b] as const);
  });
}

function summaryOf({ measurements }: Report, system: string, workload: string): Summary | undefined {
  return summarize(runsOf(measurements, system, workload));
}

function firstOf<T, U>(items: readonly T[], pick: (item: T) => U | undefined): U | undefined {
  for (const item of items) {
    const picked = pick(item);
    if (picked !== undefined) return picked;
  }
  return undefined;
}
