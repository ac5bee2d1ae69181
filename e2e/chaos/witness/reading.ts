import { z } from 'zod';

const rowSchema = z
  .tuple([z.number(), z.number(), z.string()])
  .transform(([partition, offset, ticketId]): Row => ({ partition, offset, ticketId }));

const hourSchema = z
  .tuple([z.string(), z.string(), z.number(), z.boolean()])
  .transform(([start, type, tickets, isFinal]): Hour => ({ start, type, tickets, isFinal }));

const recordSchema = z
  .tuple([z.number(), z.number(), z.string(), z.string(), z.string()])
  .transform(([partition, offset, ticketId, createdAt, type]): TopicRecord => {
    return { partition, offset, ticketId, createdAt: Date.parse(createdAt), type };
  });

export const resultsSchema = z.object({
  counts: z.record(z.string(), z.number()),
  hours: z.object({ live: z.array(hourSchema), json: z.array(hourSchema), parquet: z.array(hourSchema) }),
  late: z.array(
    z.tuple([z.number(), z.number()]).transform(([partition, offset]) => ({ partition, offset })),
  ),
  parquet: z.array(rowSchema),
  json: z.array(rowSchema),
  'delta-rs': z.array(rowSchema),
  duckdb: z.array(rowSchema),
  deadLetters: z.number(),
});

export const topicSchema = z.object({ rows: z.array(recordSchema) });

/** One record of the topic, or one row of a result file. */
export interface Row {
  readonly partition: number;
  readonly offset: number;
  readonly ticketId: string;
}

export interface TopicRecord extends Row {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly type: string;
}

/** Tickets of an hour and a type. */
export interface Hour {
  /** `2026-11-26T09:00:00Z` */
  readonly start: string;
  readonly type: string;
  readonly tickets: number;
  readonly isFinal: boolean;
}

/** Hours as they are published: what is live, and those of days that are over, in both formats. */
export interface Hours {
  readonly live: readonly Hour[];
  readonly json: readonly Hour[];
  readonly parquet: readonly Hour[];
}

/** What a reader found at one moment. */
export interface Reading {
  /** `ticket_counts`; read before the rows. */
  readonly counts: Readonly<Record<string, number>>;
  readonly hours: Hours;
  /** Rows that are in no hour. */
  readonly late: readonly Pick<Row, 'partition' | 'offset'>[];
  readonly parquet: readonly Row[];
  readonly json: readonly Row[];
  /** The Delta Lake table, as this program reads it, and as the next does. */
  readonly 'delta-rs': readonly Row[];
  readonly duckdb: readonly Row[];
  readonly deadLetters: number;
}

/** Files, as a glob finds them. */
export const FORMATS = ['parquet', 'json'] as const;
/** Programs that read the table. */
export const TABLE_READERS = ['delta-rs', 'duckdb'] as const;
/** All ways to the rows. */
export const VIEWS = [...FORMATS, ...TABLE_READERS] as const;

/** Names a record, or a row and its ticket. */
export function nameOf({ partition, offset }: Pick<Row, 'partition' | 'offset'>): string {
  return `${partition}/${offset}`;
}
