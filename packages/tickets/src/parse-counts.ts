import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { countByTeam, type TicketCounts } from './ticket-counts.ts';

const count = z.int().nonnegative();

const countsSchema = z.strictObject({
  ticketCountByType: z.strictObject({ TECHNICAL: count, BILLING: count, ACCOUNT: count, GENERAL: count }),
  ticketCountByTeam: z.strictObject({
    'Tech Support': count,
    'Billing Team': count,
    'Account Management': count,
    'General Support': count,
  }),
  ticketCountByPriority: z.strictObject({ LOW: count, MEDIUM: count, HIGH: count }),
}) satisfies z.ZodType<TicketCounts>;

/**
 * Reads counts back from JSON. Throws a `RangeError` that says what is wrong: a field that is missing, unknown or no
 * count, or counts that contradict each other (each ticket has one type, one team and one priority).
 */
export function parseCounts(value: unknown): TicketCounts {
  const parsed = countsSchema.safeParse(value);
  if (!parsed.success) throw new RangeError(`not ticket counts:\n${z.prettifyError(parsed.error)}`);
  const counts = parsed.data;
  if (!isDeepStrictEqual(counts.ticketCountByTeam, countByTeam(counts.ticketCountByType))) {
    throw new RangeError('not ticket counts: ticketCountByTeam does not follow from ticketCountByType');
  }
  const total = sum(counts.ticketCountByType);
  const byPriority = sum(counts.ticketCountByPriority);
  if (total !== byPriority) {
    throw new RangeError(`not ticket counts: ${total} by type, but ${byPriority} by priority`);
  }
  return counts;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
