import { z } from 'zod';

/** The forms of `peers/produce_tickets.py`, and what a table calls them. */
const FORMS = {
  python: "as Python's json.dumps writes them",
  sorted: 'with sorted keys',
  own: 'in our own spelling',
  'extra-field': 'in our own spelling with one field more',
  mixed: 'of three spellings in turn',
  large: "of 1.2 kB as Python's json.dumps writes them",
  disorder: "as Python's json.dumps writes them, 30% of them sent late",
} as const;
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

export const workloadSchema = z.object({
  name: z.string(),
  tickets: z.number(),
  /** Hard limit of one micro-batch, where a system has such a thing; 0: none. */
  maxOffsetsPerTrigger: z.number(),
  /** Of 100 messages, how many are no ticket. */
  malformedPercent: z.number(),
  /** How an independent program spells and compresses them; `undefined`: they are this project's own, without compression. */
  independent: z
    .object({ form: z.custom<keyof typeof FORMS>((form) => String(form) in FORMS), codec: z.enum(CODECS) })
    .optional(),
});

/** What a benchmark asks of everybody: tickets that wait in a topic, and how they may be taken. */
export type Workload = Readonly<z.infer<typeof workloadSchema>>;

/** By name; `--workloads` chooses among them. */
export const WORKLOADS: readonly Workload[] = [
  workload('200', 200, { maxOffsetsPerTrigger: 50 }),
  workload('1m', 1_000_000),
  workload('5m', 5_000_000),
  workload('10m', 10_000_000),
  workload('1m-100k', 1_000_000, { maxOffsetsPerTrigger: 100_000 }),
  workload('5m-100k', 5_000_000, { maxOffsetsPerTrigger: 100_000 }),
  workload('10m-100k', 10_000_000, { maxOffsetsPerTrigger: 100_000 }),
  workload('1m-malformed', 1_000_000, { malformedPercent: 1 }),
  workload('1m-python', 1_000_000, { independent: { form: 'python', codec: 'lz4' } }),
  workload('1m-sorted', 1_000_000, { independent: { form: 'sorted', codec: 'lz4' } }),
  workload('1m-own', 1_000_000, { independent: { form: 'own', codec: 'lz4' } }),
  workload('1m-extra-field', 1_000_000, { independent: { form: 'extra-field', codec: 'lz4' } }),
  workload('1m-mixed', 1_000_000, { independent: { form: 'mixed', codec: 'lz4' } }),
  workload('1m-large', 1_000_000, { independent: { form: 'large', codec: 'lz4' } }),
  workload('1m-disorder', 1_000_000, { independent: { form: 'disorder', codec: 'lz4' } }),
  workload('5m-python', 5_000_000, { independent: { form: 'python', codec: 'lz4' } }),
  workload('10m-python', 10_000_000, { independent: { form: 'python', codec: 'lz4' } }),
  ...CODECS.filter((codec) => codec !== 'lz4').flatMap((codec) => [
    workload(`1m-python-${codec}`, 1_000_000, { independent: { form: 'python', codec } }),
    workload(`10m-python-${codec}`, 10_000_000, { independent: { form: 'python', codec } }),
  ]),
  workload('smoke', 2_000, { maxOffsetsPerTrigger: 500, malformedPercent: 1 }),
  workload('smoke-mixed', 3_000, {
    maxOffsetsPerTrigger: 500,
    independent: { form: 'mixed', codec: 'zstd' },
  }),
];

function workload(name: string, tickets: number, more: Partial<Workload> = {}): Workload {
  return { name, tickets, maxOffsetsPerTrigger: 0, malformedPercent: 0, ...more };
}

/** Workloads that differ in the limit alone share a topic. */
export function topicOf({ tickets, malformedPercent, independent }: Workload): string {
  return [
    `bench-${tickets}`,
    ...(malformedPercent === 0 ? [] : [`malformed-${malformedPercent}`]),
    ...(independent === undefined ? [] : [independent.form, independent.codec]),
  ].join('-');
}

/** `5 million tickets, 100 thousand per trigger` */
export function describeWorkload(workload: Workload): string {
  const { tickets, maxOffsetsPerTrigger, malformedPercent, independent } = workload;
  const spelling = independent === undefined ? '' : ` ${FORMS[independent.form]}`;
  return [
    `${inWords(tickets)} tickets${spelling}`,
    ...(independent === undefined
      ? []
      : [independent.codec === 'none' ? 'not compressed' : independent.codec]),
    ...(maxOffsetsPerTrigger === 0 ? [] : [`${inWords(maxOffsetsPerTrigger)} per trigger`]),
    ...(malformedPercent === 0 ? [] : [`${malformedPercent}% malformed`]),
  ].join(', ');
}

/** `5 million` */
export function inWords(count: number): string {
  if (count >= 1_000_000 && count % 1_000_000 === 0) return `${count / 1_000_000} million`;
  return count >= 10_000 && count % 1_000 === 0 ? `${count / 1_000} thousand` : String(count);
}
