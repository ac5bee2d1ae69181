import type { ProcessMeasures } from './measure-process.ts';
import { spreadOf, type Spread } from './spread.ts';

/** One run, as it goes into the JSON. */
export interface Measurement extends ProcessMeasures {
  readonly contender: string;
  readonly workload: string;
  readonly repetition: number;
  /** ISO 8601. */
  readonly at: string;
  /** Share of the machine's CPU time that was in use before the run began, 0 to 1. */
  readonly busyBefore: number;
  readonly s3Requests?: number;
  /** Why its time does not count. */
  readonly problem?: string;
}

export interface Summary {
  readonly contender: string;
  readonly workload: string;
  readonly runs: number;
  readonly wallSeconds: Spread;
  readonly cpuSeconds: Spread;
  readonly peakMegabytes: Spread;
  readonly firstResultSeconds: Spread | undefined;
  readonly s3Requests: Spread | undefined;
}

/** Over the runs that count; `undefined` when none does. */
export function summarize(runs: readonly Measurement[]): Summary | undefined {
  const counting = runs.filter(({ problem }) => problem === undefined);
  const [first] = counting;
  if (first === undefined) return undefined;
  const spread = (pick: (run: Measurement) => number | undefined): Spread | undefined =>
    spreadOf(counting.map(pick).filter((value) => value !== undefined));
  const wallSeconds = spread((run) => run.wallSeconds);
  const cpuSeconds = spread((run) => run.cpuSeconds);
  const peakMegabytes = spread((run) => run.peakBytes / 1e6);
  if (wallSeconds === undefined || cpuSeconds === undefined || peakMegabytes === undefined) return undefined;
  return {
    contender: first.contender,
    workload: first.workload,
    runs: counting.length,
    wallSeconds,
    cpuSeconds,
    peakMegabytes,
    firstResultSeconds: spread((run) => run.firstResultSeconds),
    s3Requests: spread((run) => run.s3Requests),
  };
}
