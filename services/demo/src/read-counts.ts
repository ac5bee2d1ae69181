import type { ObjectStore } from '@client-tickets/micro-batch';
import { z } from 'zod';

const row = z.object({ type: z.string(), ticket_count: z.number() });

/** What `ticket_counts` says; nothing before the first batch. */
export async function readCounts(results: ObjectStore): Promise<Readonly<Record<string, number>>> {
  const file = await results.get('ticket_counts/part-00000.json');
  if (file === undefined) return {};
  const lines = Buffer.from(file.body).toString().split('\n').filter(Boolean);
  const rows = lines.map((line) => row.parse(JSON.parse(line)));
  return Object.fromEntries(rows.map(({ type, ticket_count: count }) => [type, count]));
}
