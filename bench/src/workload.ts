import { z } from 'zod';

export const workloadSchema = z.object({
  name: z.string(),
  tickets: z.number(),
  /** Hard limit of one micro-batch, where a contender has such a thing; 0: none. */
  maxOffsetsPerTrigger: z.number(),
  /** Of 100 messages, how many are no ticket. */
  malformedPercent: z.number(),
});

/** What a benchmark asks of everybody: tickets that wait in a topic, and how they may be taken. */
export type Workload = Readonly<z.infer<typeof workloadSchema>>;

/** Those of the issue, by name. `--workloads` chooses among them. */
export const WORKLOADS: readonly Workload[] = [
  workload('200', 200, { maxOffsetsPerTrigger: 50 }),
  workload('1m', 1_000_000),
  workload('5m', 5_000_000),
  workload('10m', 10_000_000),
  workload('1m-100k', 1_000_000, { maxOffsetsPerTrigger: 100_000 }),
  workload('5m-100k', 5_000_000, { maxOffsetsPerTrigger: 100_000 }),
  workload('10m-100k', 10_000_000, { maxOffsetsPerTrigger: 100_000 }),
  workload('1m-malformed', 1_000_000, { malformedPercent: 1 }),
  workload('smoke', 2_000, { maxOffsetsPerTrigger: 500, malformedPercent: 1 }),
];

function workload(name: string, tickets: number, more: Partial<Workload> = {}): Workload {
  return { name, tickets, maxOffsetsPerTrigger: 0, malformedPercent: 0, ...more };
}

/** Workloads that differ in the limit alone share a topic. */
export function topicOf({ tickets, malformedPercent }: Workload): string {
  return `bench-${tickets}${malformedPercent === 0 ? '' : `-malformed-${malformedPercent}`}`;
}

/** `5 million tickets, 100 thousand per trigger` */
export function describeWorkload({ tickets, maxOffsetsPerTrigger, malformedPercent }: Workload): string {
  return [
    `${inWords(tickets)} tickets`,
    ...(maxOffsetsPerTrigger === 0 ? [] : [`${inWords(maxOffsetsPerTrigger)} per trigger`]),
    ...(malformedPercent === 0 ? [] : [`${malformedPercent}% malformed`]),
  ].join(', ');
}

function inWords(count: number): string {
  if (count >= 1_000_000 && count % 1_000_000 === 0) return `${count / 1_000_000} million`;
  return count >= 10_000 && count % 1_000 === 0 ? `${count / 1_000} thousand` : String(count);
}
