import { z } from 'zod';
import { requestCountsSchema, total } from '../request-counts.ts';
import { spreadOf, type Spread } from '../spread.ts';

/** One run, as it goes into the JSON. */
export const measurementSchema = z.object({
  system: z.string(),
  workload: z.string(),
  /** From 1 on, of this system with this workload. */
  repetition: z.number(),
  /** Of the system; runs of another version are not compared with these. */
  version: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** Share of the machine's CPU time that was in use before the run began, 0 to 1. */
  busyBefore: z.number(),
  exitCode: z.number().nullable(),
  timedOut: z.boolean(),
  wallSeconds: z.number(),
  cpuSeconds: z.number(),
  peakBytes: z.number(),
  firstResultSeconds: z.number().optional(),
  s3Requests: requestCountsSchema.optional(),
  /** Why its time does not count. */
  problem: z.string().optional(),
});
export type Measurement = Readonly<z.infer<typeof measurementSchema>>;

export interface Summary {
  readonly system: string;
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
    system: first.system,
    workload: first.workload,
    runs: counting.length,
    wallSeconds,
    cpuSeconds,
    peakMegabytes,
    firstResultSeconds: spread((run) => run.firstResultSeconds),
    s3Requests: spread((run) => run.s3Requests && total(run.s3Requests)),
  };
}

export function runsOf(
  measurements: readonly Measurement[],
  system: string,
  workload: string,
): readonly Measurement[] {
  return measurements.filter((run) => run.system === system && run.workload === workload);
}
