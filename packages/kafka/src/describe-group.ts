import { backoffMs, type Clock } from '@client-tickets/micro-batch';
import type { MemberDescription } from 'kafkajs';
import type { AdminSession } from './admin-session.ts';
import { readFailure } from './failure.ts';

/**
 * A group's coordinator is the leader of one partition of `__consumer_offsets`. Brokers name the new leader before that one has taken
 * the partition over, on a new cluster at the first use of any group; until then it answers with one of these.
 */
const HANDOVER: ReadonlySet<string> = new Set([
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
]);
const HANDOVER_WITHIN_MS = 5_000;
const DELAYS = { firstMs: 100, longestMs: 1_000 };

/**
 * The members of a group, as its coordinator has them. Asked again for up to 5 s while coordinators change, with a new client, which
 * looks the coordinator up; any other failure is not repeated. Rejects with what kafkajs says; after the signal it asks no more.
 */
export async function describeGroup(
  groupId: string,
  options: { readonly session: AdminSession; readonly clock: Clock; readonly signal?: AbortSignal },
): Promise<readonly MemberDescription[]> {
  const { session, clock, signal } = options;
  const startedAt = clock.monotonic();
  for (let failures = 1; ; failures += 1) {
    try {
      const { groups } = await session.attempt((admin) => admin.describeGroups([groupId]));
      return groups.flatMap(({ members }) => members);
    } catch (error) {
      const { type } = readFailure(error);
      const delayMs = backoffMs(failures, DELAYS);
      const isOver = clock.monotonic() - startedAt + delayMs > HANDOVER_WITHIN_MS;
      if (type === undefined || !HANDOVER.has(type) || isOver) throw error;
      await clock.sleep(delayMs, signal);
      if (signal?.aborted === true) throw error;
    }
  }
}
