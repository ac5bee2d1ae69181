import type { ObjectStore } from '@client-tickets/micro-batch';
import { rowsPrefix } from '@client-tickets/results';
import { readJsonLines } from '@client-tickets/testkit';
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

/** The windows that readers see, in the order of the file, without types that have no ticket in them. */
export async function publishedWindows(store: ObjectStore): Promise<z.output<typeof publishedWindow>[]> {
  const lines = await readJsonLines(store, 'ticket_counts_by_hour/part-00000.json');
  return lines.map((line) => publishedWindow.parse(line)).filter(({ ticket_count }) => ticket_count > 0);
}

/** All rows that are stored. */
export async function storedRows(store: ObjectStore): Promise<readonly z.output<typeof row>[]> {
  const lines = await readJsonLines(store, rowsPrefix(ticketQuery.table, 'json'));
  return lines.map((line) => row.parse(line));
}

/** Which of these rows are named as late, by the ids of their tickets. */
export async function lateTickets(
  store: ObjectStore,
  rows: readonly z.output<typeof row>[],
): Promise<readonly string[]> {
  const idOf = new Map(rows.map((each) => [placeOf(each), each.ticket_id]));
  const late = (await readJsonLines(store, `late_${ticketQuery.table}/`)).map((line) =>
    placeOf(place.parse(line)),
  );
  return late.map((each) => idOf.get(each) ?? each);
}

function placeOf({ kafka_partition, kafka_offset }: z.output<typeof place>): string {
  return `${kafka_partition}/${kafka_offset}`;
}
