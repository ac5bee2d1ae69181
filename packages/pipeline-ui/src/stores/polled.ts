import type { Clock } from '@client-tickets/micro-batch';

/**
 * Something that is read again on demand, at most every `everyMs` and one read at a time. The value of the last
 * read that worked stays; while reading fails, `problem` says why.
 */
export interface Polled<T> {
  readonly value: T | undefined;
  readonly problem: string | undefined;
  /** Never rejects. Resolves at once when the last read is recent enough, unless it is `force`d. `everyMs`: other than usual. */
  refresh(options?: { readonly force?: boolean; readonly everyMs?: number }): Promise<void>;
}

export function createPolled<T>(options: {
  readonly clock: Clock;
  readonly everyMs: number;
  /** `isForced`: what is known by now may not be enough. */
  readonly read: (isForced: boolean) => Promise<T>;
}): Polled<T> {
  const { clock, read } = options;
  let value: T | undefined;
  let problem: string | undefined;
  let startedAt: number | undefined;
  let underWay: Promise<void> | undefined;

  async function readOnce(isForced: boolean): Promise<void> {
    try {
      value = await read(isForced);
      problem = undefined;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    } finally {
      underWay = undefined;
    }
  }

  return {
    get value() {
      return value;
    },
    get problem() {
      return problem;
    },
    refresh({ force = false, everyMs = options.everyMs } = {}) {
      const now = clock.monotonic();
      const isDue = force || startedAt === undefined || now - startedAt >= everyMs;
      if (underWay === undefined && isDue) {
        startedAt = now;
        underWay = readOnce(force);
      }
      return underWay ?? Promise.resolve();
    },
  };
}
