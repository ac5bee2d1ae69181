import type { ObjectStore } from '@client-tickets/micro-batch';
import { rowsPrefix } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { z } from 'zod';

const time = z.iso.datetime().transform((text) => new Date(text).toISOString());
const publishedWindow = z.strictObject({
  window_start: time,
  window_end: time,
  type: z.string(),
  ticket_count: z.int(),
  is_final: z.boolean(),
});
const row = z.looseObject({
  ticket_id: z.string(),
  created_at: z.string(),
  type: z.enum(ticketQuery.record.fields.type.values),
  kafka_partition: z.int(),
  kafka_offset: z.int(),
});
const place = z.looseObject({ kafka_partition: z.int(), kafka_offset: z.int() });

async function linesOf<Line extends z.ZodType>(
  store: ObjectStore,
  key: string,
  line: Line,
): Promise<z.output<Line>[]> {
  const text = Buffer.from((await store.get(key))?.body ?? []).toString();
  return text
    .split('\n')
    .filter(Boolean)
    .map((each) => line.parse(JSON.parse(each)));
}

/** The windows that readers see, in the order of the file, without types that have no ticket in them. */
export async function publishedWindows(store: ObjectStore): Promise<z.output<typeof publishedWindow>[]> {
  const lines = await linesOf(store, 'ticket_counts_by_hour/part-00000.json', publishedWindow);
  return lines.filter(({ ticket_count }) => ticket_count > 0);
}

/** All rows that are stored. */
export async function storedRows(store: ObjectStore): Promise<readonly z.output<typeof row>[]> {
  const rows: z.output<typeof row>[] = [];
  for await (const { key } of store.list(rowsPrefix(ticketQuery.table, 'json')))
    rows.push(...(await linesOf(store, key, row)));
  return rows;
}

/** Which of these rows are named as late, by the ids of their tickets. */
export async function lateTickets(
  store: ObjectStore,
  rows: readonly z.output<typeof row>[],
): Promise<readonly string[]> {
  const idOf = new Map(rows.map((each) => [placeOf(each), each.ticket_id]));
  const late: string[] = [];
  for await (const { key } of store.list(`late_${ticketQuery.table}/`))
    for (const line of await linesOf(store, key, place)) late.push(idOf.get(placeOf(line)) ?? placeOf(line));
  return late;
}

function placeOf({ kafka_partition, kafka_offset }: z.output<typeof place>): string {
  return `${kafka_partition}/${kafka_offset}`;
}
