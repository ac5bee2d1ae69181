import { z } from 'zod';
import { describeCircumstances, headOf } from '../machine.ts';
import { markdownTable } from '../markdown-table.ts';
import { total, type RequestCounts } from '../request-counts.ts';
import { dollarsPerMonth, perHour, S3_PRICES } from './s3-prices.ts';
import { steadyRowSchema, type SteadyRow } from './watch-usage.ts';

export const steadyReportSchema = z.object({
  ...headOf('steady'),
  minutes: z.number(),
  rows: z.array(steadyRowSchema),
  /** Why Spark is not among them. */
  sparkMissing: z.string().optional(),
});
export type SteadyReport = z.infer<typeof steadyReportSchema>;

export function steadyTable({ rows, sparkMissing }: SteadyReport): string {
  const costs = costRows(rows);
  return [
    markdownTable(
      ['', 'while', 'CPU, % of a core', 'memory, MB', 'peak, MB', ...COST_COLUMNS],
      rows
        .filter(({ settings }) => settings === undefined)
        .map((row) => [
          row.who,
          row.load,
          (row.cores * 100).toFixed(1),
          (row.residentBytes / 1e6).toFixed(0),
          (row.peakBytes / 1e6).toFixed(0),
          ...costCells(row),
        ]),
    ),
    ...(costs.length === 0
      ? []
      : [
          'The consumer at 1 ticket a second, by trigger and by the age at which a result file is finished:',
          markdownTable(['trigger', 'files after', 'CPU, % of a core', ...COST_COLUMNS], costs),
        ]),
    `Prices: S3 Standard in ${S3_PRICES.region}, by [AWS's list of ${S3_PRICES.published}](${S3_PRICES.source}): US$ ${S3_PRICES.writeDollarsPerThousand} for a thousand PUT, COPY, ` +
      `POST or LIST, US$ ${S3_PRICES.readDollarsPerThousand} for a thousand GET or HEAD, DELETE free; requests alone, for 730 hours.`,
    ...(sparkMissing === undefined ? [] : [`PySpark was not measured: ${sparkMissing}.`]),
  ].join('\n\n');
}

const COST_COLUMNS = ['S3 requests an hour', 'of these', 'US$ a month'];

function costCells({ requests, minutes }: SteadyRow): readonly string[] {
  if (requests === undefined) return ['', '', ''];
  const hourly = perHour(requests, minutes);
  return [total(hourly).toLocaleString('en'), describeKinds(hourly), dollarsPerMonth(hourly).toFixed(2)];
}

function costRows(rows: readonly SteadyRow[]): readonly (readonly string[])[] {
  return rows.flatMap((row) =>
    row.settings === undefined
      ? []
      : [[row.settings.trigger, row.settings.rollover, (row.cores * 100).toFixed(1), ...costCells(row)]],
  );
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
    `Measured for ${report.minutes} minutes each and scaled to an hour, with a trigger of 1 second where no other is named, results and checkpoints on local S3; a proxy counted ` +
      'the requests of both in the same way. CPU and memory (RSS) are those of the whole process tree; brokers and S3 server are left out.',
    steadyTable(report),
  ]
    .join('\n\n')
    .concat('\n');
}
