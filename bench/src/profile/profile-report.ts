import { z } from 'zod';
import { describeCircumstances, headOf } from '../machine.ts';
import { markdownTable } from '../markdown-table.ts';
import { describeWorkload, workloadSchema } from '../workload.ts';
import { STAGES, UNAVOIDABLE } from './stages.ts';

export const profileReportSchema = z.object({
  ...headOf('profile'),
  workload: workloadSchema,
  place: z.string(),
  /** Threads and processes that wrote a profile. */
  threads: z.number(),
  /** With the profiler, which takes time itself. */
  wallSeconds: z.number(),
  cpuSeconds: z.number(),
  /** By stage, in milliseconds. */
  stages: z.record(z.string(), z.number()),
  /** By package, likewise; earlier results have none. */
  libraries: z.record(z.string(), z.number()).optional(),
});
export type ProfileReport = z.infer<typeof profileReportSchema>;

export function profileTable({ stages }: ProfileReport): string {
  const total = Object.values(stages).reduce((sum, time) => sum + time, 0);
  const share = (time: number): string => `${((100 * time) / total).toFixed(1)}%`;
  const rows = STAGES.map((stage) => [stage, stages[stage] ?? 0] as const)
    .filter(([, time]) => time > 0)
    .sort(([, a], [, b]) => b - a);
  const outside = rows
    .filter(([stage]) => !UNAVOIDABLE.includes(stage))
    .reduce((sum, [, time]) => sum + time, 0);
  return markdownTable(
    ['stage', 'ms', 'share'],
    [
      ...rows.map(([stage, time]) => [stage, ms(time), share(time)]),
      ['**together**', `**${ms(total)}**`, ''],
      ['outside kafkajs and parsing', ms(outside), share(outside)],
    ],
  );
}

/** Libraries that take less than this share of the time are in one row. */
const SMALL = 0.01;

/** What each library costs, our own packages among them. `undefined`: the result does not know. */
export function librariesTable({ libraries }: ProfileReport): string | undefined {
  if (libraries === undefined) return undefined;
  const times = Object.entries(libraries).sort(([, a], [, b]) => b - a);
  const total = times.reduce((sum, [, time]) => sum + time, 0);
  const share = (time: number): string => `${((100 * time) / total).toFixed(1)}%`;
  const small = times.filter(([, time]) => time < SMALL * total);
  const rest = small.reduce((sum, [, time]) => sum + time, 0);
  return markdownTable(
    ['library', 'ms', 'share'],
    [
      ...times
        .filter(([, time]) => time >= SMALL * total)
        .map(([name, time]) => [name, ms(time), share(time)]),
      ...(small.length === 0 ? [] : [[`${small.length} others`, ms(rest), share(rest)]]),
    ],
  );
}

export function profileMarkdown(report: ProfileReport): string {
  const { startedAt, circumstances, workload, place, threads, wallSeconds, cpuSeconds } = report;
  return [
    `# Profile of ${startedAt}`,
    describeCircumstances(circumstances),
    `${describeWorkload(workload)} into ${place}; ${threads} ${threads === 1 ? 'thread' : 'threads'} with a profile. With the profiler: ` +
      `${wallSeconds.toFixed(1)} s wall, ${cpuSeconds.toFixed(1)} s of CPU. What Node does itself counts for its caller.`,
    profileTable(report),
    ...[librariesTable(report) ?? []].flat(),
  ]
    .join('\n\n')
    .concat('\n');
}

function ms(time: number): string {
  return Math.round(time).toLocaleString('en');
}
