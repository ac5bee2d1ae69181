import { z } from 'zod';
import { describeCircumstances, headOf } from '../machine.ts';
import { markdownTable } from '../markdown-table.ts';
import { growthOf, growthRowSchema } from './growth-rows.ts';

export const growthReportSchema = z.object({
  ...headOf('growth'),
  batches: z.number(),
  ticketsPerBatch: z.number(),
  places: z.array(z.object({ place: z.string(), rows: z.array(growthRowSchema) })),
});
export type GrowthReport = z.infer<typeof growthReportSchema>;

export function growthTables({ places }: GrowthReport): string {
  return places
    .map(({ place, rows }) =>
      [
        `On ${place}:`,
        markdownTable(
          [
            'batches',
            'batch p50, ms',
            'batch p99, ms',
            'peak memory, MB',
            'checkpoint, kB',
            'requests a batch',
            'listings',
          ],
          rows.map(({ from, to, p50, p99, residentBytes, checkpointBytes, requests, listRequests }) => [
            `${from.toLocaleString('en')} to ${to.toLocaleString('en')}`,
            p50.toFixed(1),
            p99.toFixed(1),
            (residentBytes / 1e6).toFixed(0),
            (checkpointBytes / 1e3).toFixed(1),
            (requests / (to - from + 1)).toFixed(2),
            String(listRequests),
          ]),
        ),
        ...verdict(rows),
      ].join('\n\n'),
    )
    .join('\n\n');
}

function verdict(rows: Parameters<typeof growthOf>[0]): readonly string[] {
  const growth = growthOf(rows);
  if (growth === undefined) return [];
  const times = (factor: number): string => `${factor.toFixed(2)} times`;
  return [
    `The last row beside the second: ${times(growth.batchTime)} the batch time, ${times(growth.memory)} the memory, ` +
      `${times(growth.checkpoint)} the checkpoint, ${times(growth.requests)} the requests; ${growth.listRequests} listings after the first row.`,
  ];
}

export function growthMarkdown(report: GrowthReport): string {
  return [
    `# Growth over ${report.batches.toLocaleString('en')} batches, ${report.startedAt}`,
    describeCircumstances(report.circumstances),
    `Batches of at most ${report.ticketsPerBatch} tickets over three partitions, one right after the other (\`TRIGGER=0 seconds\`). Memory is ` +
      'the largest resident set while these batches went through; the checkpoint is the size of all its files; requests are those that the ' +
      "consumer's metrics count.",
    growthTables(report),
  ]
    .join('\n\n')
    .concat('\n');
}
