import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TICKET_TYPES, ticketQuery } from '@client-tickets/tickets';
import { z } from 'zod';
import type { ExpectedCounts } from '../bench-messages.ts';
import type { RunResult } from './system.ts';

const TEAMS = ticketQuery.derive.support_team.values;

const enrichedSchema = z.record(
  z.string(),
  z.object({ rows: z.number(), distinct: z.number(), teams: z.array(z.string()) }),
);

/**
 * What is wrong with a result, or `undefined`. A time counts only for right results: the counts are those of the topic, and
 * each format of enriched tickets holds every ticket once, with its team. DuckDB reads everybody's files.
 */
export async function checkResult(
  { counts, enriched }: RunResult,
  expected: ExpectedCounts,
  home: string,
): Promise<string | undefined> {
  if (counts !== undefined) {
    const wrong = TICKET_TYPES.find((type) => (counts[type] ?? 0) !== expected[type]);
    if (wrong !== undefined)
      return `counted ${counts[wrong] ?? 0} of type ${wrong}, expected ${expected[wrong]}`;
  }
  for (const { format, glob } of enriched) {
    const script = join(import.meta.dirname, '../../peers/check_results.py');
    const { stdout } = await promisify(execFile)(join(home, 'check/bin/python'), [script, format, glob]);
    const found = enrichedSchema.parse(JSON.parse(stdout));
    for (const type of TICKET_TYPES.filter((each) => expected[each] > 0)) {
      const { rows = 0, distinct = 0, teams = [] } = found[type] ?? {};
      if (rows === expected[type] && distinct === rows && teams.join() === TEAMS[type]) continue;
      return `${format} holds ${rows} tickets of type ${type} (${distinct} different ones, ${teams.join()}), expected ${expected[type]}`;
    }
  }
  return undefined;
}
