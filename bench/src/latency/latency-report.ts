import { z } from 'zod';
import { describeCircumstances, headOf } from '../machine.ts';
import { markdownTable } from '../markdown-table.ts';
import { latencySchema } from './measure-latency.ts';

export const latencyReportSchema = z.object({
  ...headOf('latency'),
  seconds: z.number(),
  latencies: z.array(latencySchema),
});
export type LatencyReport = z.infer<typeof latencyReportSchema>;

/** A producer that came to less than this share of what was asked for was busy with itself. */
const KEPT_UP = 0.98;

export function latencyTable({ latencies }: LatencyReport): string {
  return markdownTable(
    [
      'results on',
      'tickets a second',
      'produced',
      'p50, ms',
      'p99, ms',
      'slowest, ms',
      'batches',
      'read every, ms',
      'consumer, cores',
    ],
    latencies.map((each) => [
      each.place,
      each.ticketsPerSecond.toLocaleString('en'),
      `${each.producedPerSecond.toLocaleString('en')}/s${each.producedPerSecond < each.ticketsPerSecond * KEPT_UP ? ' (**fell behind**)' : ''}`,
      String(Math.round(each.p50)),
      String(Math.round(each.p99)),
      String(Math.round(each.max)),
      String(each.batches),
      each.readEveryMs.toFixed(1),
      each.consumerCpu.toFixed(2),
    ]),
  );
}

export function latencyMarkdown(report: LatencyReport): string {
  return [
    `# Latency, ${report.startedAt}`,
    describeCircumstances(report.circumstances),
    `From the producer's time of a ticket until a reader, who asks again and again, has found it in the published counts, with ` +
      `\`TRIGGER=0 seconds\` and no limit per trigger; ${report.seconds} s of tickets for each row, after 3 s that do not count.`,
    latencyTable(report),
  ]
    .join('\n\n')
    .concat('\n');
}
