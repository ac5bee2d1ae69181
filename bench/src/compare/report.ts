import { z } from 'zod';
import { circumstancesSchema } from '../machine.ts';
import { workloadSchema } from '../workload.ts';
import { measurementSchema, runsOf, summarize, type Summary } from './measurement.ts';

/** What `pnpm bench` leaves: every run, and all that is needed to show them. `--continue` adds to it. */
export const reportSchema = z.object({
  kind: z.literal('compare'),
  startedAt: z.string(),
  /** When each sitting began, the first one first. */
  sittings: z.array(z.object({ startedAt: z.string(), circumstances: circumstancesSchema })),
  workloads: z.array(workloadSchema),
  systems: z.array(
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

/** Of each system with each workload that it has a right result of. */
export function summaries({ workloads, systems, measurements }: Report): readonly Summary[] {
  return workloads.flatMap((workload) =>
    systems.flatMap((system) => {
      const summary = summarize(runsOf(measurements, system.name, workload.name));
      return summary === undefined ? [] : [summary];
    }),
  );
}

/** A new report of what is asked for, or an earlier one with a further sitting. Workloads and systems of both. */
export function continued(
  earlier: Report | undefined,
  asked: Pick<Report, 'startedAt' | 'workloads' | 'systems'> & {
    readonly circumstances: Report['sittings'][number]['circumstances'];
  },
): Report {
  const { startedAt, circumstances, workloads, systems } = asked;
  const sitting = { startedAt, circumstances };
  if (earlier === undefined)
    return { kind: 'compare', startedAt, sittings: [sitting], workloads, systems, measurements: [] };
  const [first] = earlier.sittings;
  if (first !== undefined && machineOf(first.circumstances) !== machineOf(circumstances)) {
    throw new Error(
      `the earlier runs were measured on ${machineOf(first.circumstances)}, this machine has ${machineOf(circumstances)}: start over`,
    );
  }
  return {
    ...earlier,
    sittings: [...earlier.sittings, sitting],
    workloads: merge(earlier.workloads, workloads),
    systems: merge(earlier.systems, systems),
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
