import type { ObjectStore } from '@client-tickets/micro-batch';
import { PRIORITIES, SUPPORT_TEAMS, TICKET_TYPES } from '@client-tickets/tickets';
import { z } from 'zod';
import type { Counts, Kind } from '../api/index.ts';

export type PublishedCounts = Omit<Counts, 'problem'>;

const FILES = {
  byType: { key: 'ticket_counts/part-00000.json', column: 'type', kinds: TICKET_TYPES },
  byTeam: {
    key: 'ticket_counts_by_team/part-00000.json',
    column: 'support_team',
    kinds: TICKET_TYPES.map((type) => SUPPORT_TEAMS[type]),
  },
  byPriority: {
    key: 'ticket_counts_by_priority/part-00000.json',
    column: 'priority',
    kinds: PRIORITIES.toReversed(),
  },
} as const;

/** Reads the three published files. Before the first batch, when there are none, everything is 0. */
export async function readPublishedCounts(results: ObjectStore): Promise<PublishedCounts> {
  const [byType, byTeam, byPriority] = await Promise.all([
    readKinds(results, FILES.byType),
    readKinds(results, FILES.byTeam),
    readKinds(results, FILES.byPriority),
  ]);
  return { total: byType.reduce((sum, { count }) => sum + count, 0), byType, byTeam, byPriority };
}

async function readKinds(
  results: ObjectStore,
  {
    key,
    column,
    kinds,
  }: { readonly key: string; readonly column: string; readonly kinds: readonly string[] },
): Promise<Kind[]> {
  const line = z.object({ [column]: z.string(), ticket_count: z.int().min(0) });
  const body = (await results.get(key))?.body ?? new Uint8Array();
  const counts = new Map(
    Buffer.from(body)
      .toString('utf8')
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => {
        const parsed = line.safeParse(JSON.parse(text));
        if (!parsed.success)
          throw new Error(`${results.location}${key} holds no counts: ${text.slice(0, 80)}`);
        return [String(parsed.data[column]), Number(parsed.data['ticket_count'])] as const;
      }),
  );
  const names = [...kinds, ...[...counts.keys()].filter((name) => !kinds.includes(name))];
  return names.map((name) => ({ name, count: counts.get(name) ?? 0 }));
}
