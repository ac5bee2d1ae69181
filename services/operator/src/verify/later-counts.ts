import type { Clock } from '@client-tickets/micro-batch';
import type { PublishedCounts } from '@client-tickets/results';
import { auditCounts, isBehind, type CountedPartitions } from './counts-audit.ts';
import type { Difference } from './difference.ts';
import type { QueryRows } from './query-rows.ts';

const PAUSE_MS = 200;

/**
 * Counts follow a commit a moment later. So files that lack committed rows are read again until they have them, or
 * `waitMs` are over; then it is a difference. Those that do not say what they count are read again until they count
 * all rows, as long as nothing is committed meanwhile.
 */
export async function checkLaterCounts(options: {
  readonly rows: QueryRows;
  readonly published: readonly PublishedCounts[];
  readonly read: () => Promise<readonly PublishedCounts[]>;
  readonly partitions: CountedPartitions;
  /** Whether nothing has been committed since the partitions were read. */
  readonly isIdle: () => Promise<boolean>;
  readonly clock: Clock;
  readonly waitMs: number;
}): Promise<readonly Difference[]> {
  const { rows, read, partitions, isIdle, clock, waitMs } = options;
  const deadline = clock.monotonic() + waitMs;
  let { published } = options;
  for (;;) {
    const behind = published.filter((counts) => isBehind(counts, partitions));
    const vague = published.filter((counts) => counts.kind === 'read' && counts.endOffsets === undefined);
    const wrong = vague.flatMap((counts) => auditCounts(rows, counts, partitions, true));
    if (behind.length === 0 && wrong.length === 0) return [];
    if (clock.monotonic() >= deadline) {
      const late = behind.map(({ key, kind }): Difference => {
        const what =
          kind === 'missing' ? 'is not there, but batches are committed' : 'lacks rows that are committed';
        return {
          code: 'counts_behind',
          key,
          message: `${key} ${what}; a consumer publishes it when it starts`,
        };
      });
      return [...late, ...((await isIdle()) ? wrong : [])];
    }
    await clock.sleep(PAUSE_MS);
    published = await read();
  }
}
