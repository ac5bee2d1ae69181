import type { Clock } from '@client-tickets/micro-batch';

const MAX_AGE_MS = 300_000;

/**
 * How many partitions a topic has: read when it is first asked for, and again now and then, without keeping a caller
 * waiting. (A key may change its partition when some were added, as with any producer.) Rejects as `read` did at first.
 */
export function createPartitionCount(read: () => Promise<number>, clock: Clock): () => Promise<number> {
  let known: Promise<number> | undefined;
  let readAt = 0;

  return () => {
    if (known === undefined) {
      readAt = clock.monotonic();
      known = read();
      known.catch(() => (known = undefined)); // so that the next call tries again
    } else if (clock.monotonic() - readAt > MAX_AGE_MS) {
      readAt = clock.monotonic();
      const newer = read();
      newer.then(() => (known = newer)).catch(() => {}); // what is known is as good as it was
    }
    return known;
  };
}
