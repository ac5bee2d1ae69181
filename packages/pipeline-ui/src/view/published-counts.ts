import type { ObjectStore } from '@client-tickets/micro-batch';
import { PRIORITIES, SUPPORT_TEAMS, TICKET_TYPES } from '@client-tickets/tickets';
import { z } from 'zod';
import type { Counts, Kind } from '../api/index.ts';

export type PublishedCounts = Omit<Counts, 'problem'>;

/** `{"type":"BILLING","ticket_count":12}`: the name in the column, and the count. */
const lineOf = (column: string) =>
  z
    .object({ [column]: z.string(), ticket_count: z.int().min(0) })
    .transform((line): readonly [string, number] => [String(line[column]), Number(line['ticket_count'])]);

const FILES = {
  byType: { key: 'ticket_counts/part-00000.json', line: lineOf('type'), kinds: TICKET_TYPES },
  byTeam: {
    key: 'ticket_counts_by_team/part-00000.json',
    line: lineOf('support_team'),
    kinds: TICKET_TYPES.map((type) => SUPPORT_TEAMS[type]),
  },
  byPriority: {
    key: 'ticket_counts_by_priority/part-00000.json',
    line: lineOf('priority'),
    kinds: PRIORITIES.toReversed(),
  },
};

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
    line,
    kinds,
  }: { readonly key: string; readonly line: ReturnType<typeof lineOf>; readonly kinds: readonly string[] },
): Promise<Kind[]> {
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
        return parsed.data;
      }),
  );
  const names = [...kinds, ...[...counts.keys()].filter((name) => !kinds.includes(name))];
  return names.map((name) => ({ name, count: counts.get(name) ?? 0 }));
}
