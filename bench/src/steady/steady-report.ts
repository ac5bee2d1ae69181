import { z } from 'zod';
import { circumstancesSchema, describeCircumstances } from '../machine.ts';
import { markdownTable } from '../markdown-table.ts';
import { total, type RequestCounts } from '../request-counts.ts';
import { dollarsPerMonth, perHour, S3_PRICES } from './s3-prices.ts';
import { steadyRowSchema } from './watch-usage.ts';

export const steadyReportSchema = z.object({
  kind: z.literal('steady'),
  startedAt: z.string(),
  circumstances: circumstancesSchema,
  minutes: z.number(),
  rows: z.array(steadyRowSchema),
  /** Why Spark is not among them. */
  sparkMissing: z.string().optional(),
});
export type SteadyReport = z.infer<typeof steadyReportSchema>;

export function steadyTable({ rows, sparkMissing }: SteadyReport): string {
  return [
    markdownTable(
      [
        '',
        'while',
        'CPU, % of a core',
        'memory, MB',
        'peak, MB',
        'S3 requests an hour',
        'of these',
        'US$ a month',
      ],
      rows.map(({ who, load, minutes, cores, residentBytes, peakBytes, requests }) => {
        const hourly = requests && perHour(requests, minutes);
        return [
          who,
          load,
          (cores * 100).toFixed(1),
          (residentBytes / 1e6).toFixed(0),
          (peakBytes / 1e6).toFixed(0),
          hourly === undefined ? '' : total(hourly).toLocaleString('en'),
          hourly === undefined ? '' : describeKinds(hourly),
          hourly === undefined ? '' : dollarsPerMonth(hourly).toFixed(2),
        ];
      }),
    ),
    `Prices: S3 Standard in ${S3_PRICES.region}, list prices of ${S3_PRICES.asOf} (to be checked): US$ ${S3_PRICES.writeDollarsPerThousand} for a thousand PUT, COPY, ` +
      `POST or LIST, US$ ${S3_PRICES.readDollarsPerThousand} for a thousand GET or HEAD, DELETE free; requests alone, for 730 hours.`,
    ...(sparkMissing === undefined ? [] : [`PySpark was not measured: ${sparkMissing}.`]),
  ].join('\n\n');
}

function describeKinds(hourly: RequestCounts): string {
  return Object.entries(hourly)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${count.toLocaleString('en')} ${kind}`)
    .join(', ');
}

export function steadyMarkdown(report: SteadyReport): string {
  return [
    `# Steady cost, ${report.startedAt}`,
    describeCircumstances(report.circumstances),
    `Measured for ${report.minutes} minutes each and scaled to an hour, with a trigger of 1 second, results and checkpoints on local S3; a proxy counted ` +
      'the requests of both in the same way. CPU and memory (RSS) are those of the whole process tree; brokers and S3 server are left out.',
    steadyTable(report),
  ]
    .join('\n\n')
    .concat('\n');
}
