import { z } from 'zod';
import { describeCircumstances, headOf } from '../machine.ts';
import { markdownTable } from '../markdown-table.ts';
import { driftOf, soakRowSchema } from './soak-rows.ts';

const soakEndSchema = z.object({
  produced: z.number(),
  optimized: z.number(),
  /** What `tickets verify` said at the end, and how it ended. */
  verified: z.object({ code: z.number(), lastLine: z.string() }),
});
export type SoakEnd = z.infer<typeof soakEndSchema>;

export const soakReportSchema = z.object({
  ...headOf('soak'),
  ticketsPerSecond: z.number(),
  rollover: z.string(),
  killEveryMinutes: z.number(),
  optimizeEveryMinutes: z.number(),
  rows: z.array(soakRowSchema),
  /** Once it has come to its end. */
  end: soakEndSchema.optional(),
});
export type SoakReport = z.infer<typeof soakReportSchema>;

export function soakTable({ rows, end }: SoakReport): string {
  return [
    markdownTable(
      [
        'minutes',
        'first batch after, s',
        'batches',
        'tickets',
        'batch p50, ms',
        'batch p99, ms',
        'peak memory, MB',
        'checkpoint, kB',
        'files',
        'files, MB',
        'table log, files',
        'table log, kB',
      ],
      rows.map((row) => [
        `${row.fromMinute.toFixed(0)} to ${row.toMinute.toFixed(0)}`,
        row.secondsToFirstBatch?.toFixed(1) ?? '',
        row.batches.toLocaleString('en'),
        row.rows.toLocaleString('en'),
        row.p50.toFixed(1),
        row.p99.toFixed(1),
        (row.residentBytes / 1e6).toFixed(0),
        (row.checkpointBytes / 1e3).toFixed(1),
        row.files.toLocaleString('en'),
        (row.fileBytes / 1e6).toFixed(1),
        row.tableLogFiles.toLocaleString('en'),
        (row.tableLogBytes / 1e3).toFixed(0),
      ]),
    ),
    ...verdict(rows),
    ...(end === undefined
      ? []
      : [
          `${end.produced.toLocaleString('en')} tickets, ${rows.length - 1} kills, ${end.optimized} times \`tickets optimize\`; at the end ` +
            `\`tickets verify\` said “${end.verified.lastLine}” (exit code ${end.verified.code}).`,
        ]),
  ].join('\n\n');
}

function verdict(rows: SoakReport['rows']): readonly string[] {
  const drift = driftOf(rows);
  if (drift === undefined) return [];
  const times = (factor: number): string => `${factor.toFixed(2)} times`;
  return [
    `The last row beside the second: ${times(drift.batchTime)} the batch time, ${times(drift.memory)} the memory, ${times(drift.checkpoint)} the checkpoint.`,
  ];
}

export function soakMarkdown(report: SoakReport): string {
  return [
    `# A long run, ${report.startedAt}`,
    describeCircumstances(report.circumstances),
    `${report.ticketsPerSecond.toLocaleString('en')} tickets a second, results and checkpoints on local S3, a trigger of 1 second, files finished after ${report.rollover}. The consumer ` +
      `was killed every ${report.killEveryMinutes} minutes and started again at once, and every ${report.optimizeEveryMinutes} minutes \`tickets optimize\` merged small files.`,
    soakTable(report),
  ]
    .join('\n\n')
    .concat('\n');
}
