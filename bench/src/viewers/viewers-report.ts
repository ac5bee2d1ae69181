import { z } from 'zod';
import { describeCircumstances, headOf } from '../machine.ts';
import { markdownTable } from '../markdown-table.ts';
import { spreadOf } from '../spread.ts';

/** At most so much slower, and so much more memory for all viewers together. */
const MOST_SLOWDOWN = 0.05;
const MOST_EXTRA_BYTES = 64 * 1024 * 1024;

export const measuredRunSchema = z.object({
  seconds: z.number(),
  /** Of the pipeline's process alone. */
  cpuSeconds: z.number(),
  /** Its largest resident set. */
  peakBytes: z.number(),
  /** What the readers got: proof that they were looking. */
  events: z.number(),
});
export type MeasuredRun = z.infer<typeof measuredRunSchema>;

export const viewersReportSchema = z.object({
  ...headOf('viewers'),
  tickets: z.number(),
  readers: z.number(),
  deaf: z.number(),
  without: z.array(measuredRunSchema),
  withViewers: z.array(measuredRunSchema),
});
export type ViewersReport = z.infer<typeof viewersReportSchema>;

/** By how much medians grow with viewers, and whether that is allowed. */
export function costOfViewers({ without, withViewers }: ViewersReport): {
  readonly slowdown: number;
  readonly extraBytes: number;
  readonly holds: boolean;
} {
  const median = (runs: readonly MeasuredRun[], pick: (run: MeasuredRun) => number): number =>
    spreadOf(runs.map(pick))?.median ?? NaN;
  const slowdown = median(withViewers, (run) => run.seconds) / median(without, (run) => run.seconds) - 1;
  const extraBytes = median(withViewers, (run) => run.peakBytes) - median(without, (run) => run.peakBytes);
  return { slowdown, extraBytes, holds: slowdown <= MOST_SLOWDOWN && extraBytes <= MOST_EXTRA_BYTES };
}

export function viewersMarkdown(report: ViewersReport): string {
  const { tickets, readers, deaf, without, withViewers } = report;
  const { slowdown, extraBytes, holds } = costOfViewers(report);
  const row = (title: string) => (run: MeasuredRun) => [
    title,
    run.seconds.toFixed(2),
    run.cpuSeconds.toFixed(2),
    megabytes(run.peakBytes),
    run.events.toLocaleString('en'),
  ];
  return [
    `# What viewers cost, ${report.startedAt}`,
    describeCircumstances(report.circumstances),
    `${tickets.toLocaleString('en')} tickets without viewers and, in turns, with ${readers} that read and ${deaf} that never do.`,
    markdownTable(
      ['viewers', 'wall, s', 'CPU, s', 'peak memory, MB', 'events read'],
      [...without.map(row('none')), ...withViewers.map(row(String(readers + deaf)))],
    ),
    `Medians: ${percent(slowdown)} more time (allowed: ${percent(MOST_SLOWDOWN)}), ${megabytes(extraBytes)} MB more memory ` +
      `(allowed: ${megabytes(MOST_EXTRA_BYTES)}): ${holds ? 'within' : 'OUT OF'} bounds.`,
  ]
    .join('\n\n')
    .concat('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function megabytes(bytes: number): string {
  return String(Math.round(bytes / 1e6));
}
