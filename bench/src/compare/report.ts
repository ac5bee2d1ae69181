import { z } from 'zod';
import { circumstancesSchema } from '../machine.ts';
import { workloadSchema } from '../workload.ts';
import { measurementSchema, runsOf, summarize, type Summary } from './measurement.ts';

/** What `pnpm bench` leaves: every run, and all that is needed to show them. `--continue` adds to it. */
export const reportSchema = z.object({
  kind: z.literal('compare'),
  startedAt: z.string(),
  /** The times at which somebody sat down to measure, the first one first. */
  sittings: z.array(z.object({ startedAt: z.string(), circumstances: circumstancesSchema })),
  workloads: z.array(workloadSchema),
  contenders: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      job: z.string(),
      /** Why it did not take part. */
      missing: z.string().optional(),
    }),
  ),
  measurements: z.array(measurementSchema),
});
export type Report = z.infer<typeof reportSchema>;

/** Of each contender with each workload that it has a right result of. */
export function summaries({ workloads, contenders, measurements }: Report): readonly Summary[] {
  return workloads.flatMap((workload) =>
    contenders.flatMap((contender) => {
      const summary = summarize(runsOf(measurements, contender.name, workload.name));
      return summary === undefined ? [] : [summary];
    }),
  );
}

/** A new report of what is asked for, or an earlier one with a further sitting. Workloads and contenders of both. */
export function continued(
  earlier: Report | undefined,
  asked: Pick<Report, 'startedAt' | 'workloads' | 'contenders'> & {
    readonly circumstances: Report['sittings'][number]['circumstances'];
  },
): Report {
  const { startedAt, circumstances, workloads, contenders } = asked;
  const sitting = { startedAt, circumstances };
  if (earlier === undefined)
    return { kind: 'compare', startedAt, sittings: [sitting], workloads, contenders, measurements: [] };
  const [first] = earlier.sittings;
  if (first !== undefined && machineOf(first.circumstances) !== machineOf(circumstances)) {
    throw new Error(
      `the earlier runs were measured on ${machineOf(first.circumstances)}, this machine has ${machineOf(circumstances)}: begin anew`,
    );
  }
  return {
    ...earlier,
    sittings: [...earlier.sittings, sitting],
    workloads: merge(earlier.workloads, workloads),
    contenders: merge(earlier.contenders, contenders),
  };
}

function machineOf({ cores, cpu, memoryGigabytes }: Report['sittings'][number]['circumstances']): string {
  return `${cores} cores (${cpu}), ${memoryGigabytes} GB`;
}

/** What is new goes before what was there by the same name, which keeps its place. */
function merge<T extends { readonly name: string }>(before: readonly T[], now: readonly T[]): T[] {
  return [
    ...before.map((each) => now.find(({ name }) => name === each.name) ?? each),
    ...now.filter(({ name }) => !before.some((each) => each.name === name)),
  ];
}
