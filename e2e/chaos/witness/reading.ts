import { z } from 'zod';

const rowSchema = z
  .tuple([z.number(), z.number(), z.string()])
  .transform(([partition, offset, ticketId]): Row => ({ partition, offset, ticketId }));

export const resultsSchema = z.object({
  counts: z.record(z.string(), z.number()),
  parquet: z.array(rowSchema),
  json: z.array(rowSchema),
  deadLetters: z.number(),
});

export const topicSchema = z.object({ rows: z.array(rowSchema) });

/** One record of the topic, or one row of a result file. */
export interface Row {
  readonly partition: number;
  readonly offset: number;
  readonly ticketId: string;
}

/** What a reader found at one moment. */
export interface Reading {
  /** `ticket_counts`; read before the rows. */
  readonly counts: Readonly<Record<string, number>>;
  readonly parquet: readonly Row[];
  readonly json: readonly Row[];
  readonly deadLetters: number;
}

export const FORMATS = ['parquet', 'json'] as const;

/** Names a record, or a row and its ticket. */
export function nameOf({ partition, offset }: Row): string {
  return `${partition}/${offset}`;
}
