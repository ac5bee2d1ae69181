import type { Clock, QueryProgress } from '@client-tickets/micro-batch';
import type { History, Point } from '../api/index.ts';

/** How the query went, second by second, for the last quarter of an hour. Costs the same whatever the load. */
export interface RateHistory {
  addProgress(progress: QueryProgress): void;
  /** Records that wait now; `undefined`: not known. */
  addLag(lag: number | undefined): void;
  latest(): Point;
  columns(): History;
}

const KEPT_SECONDS = 15 * 60;
const SHORTEST_WINDOW = 10; // seconds; smooths that triggers fall on either side of a second

interface Second {
  readonly at: number;
  records: number;
  triggers: number;
  triggerMs: number;
  lag: number | undefined;
}

/** Rates are over the last `windowSeconds`, which should span a few triggers. */
export function createRateHistory({
  clock,
  triggerMs,
}: {
  readonly clock: Clock;
  readonly triggerMs: number;
}): RateHistory {
  const window = Math.max(SHORTEST_WINDOW, Math.ceil((2 * triggerMs) / 1000));
  const startedAt = second();
  /** Ascending; seconds in which nothing was noted are missing. */
  let seconds: Second[] = [];

  function second(): number {
    return Math.floor(clock.now() / 1000);
  }

  function current(): Second {
    const at = second();
    const last = seconds.at(-1);
    if (last?.at === at) return last;
    if (last !== undefined && last.at > at) seconds = []; // the clock was set back
    const next: Second = { at, records: 0, triggers: 0, triggerMs: 0, lag: last?.lag };
    seconds.push(next);
    while ((seconds[0]?.at ?? at) <= at - KEPT_SECONDS - window) seconds.shift();
    return next;
  }

  /** The points from `first` to `last`, both included. */
  function points(first: number, last: number): readonly Point[] {
    const made: Point[] = [];
    const sum = { records: 0, triggers: 0, triggerMs: 0 };
    const add = (each: Second | undefined, sign: 1 | -1): void => {
      if (each === undefined) return;
      sum.records += sign * each.records;
      sum.triggers += sign * each.triggers;
      sum.triggerMs += sign * each.triggerMs;
    };
    const byTime = new Map(seconds.map((each) => [each.at, each]));
    let lag = seconds.findLast(({ at }) => at <= first)?.lag;
    for (let at = first - window + 1; at < first; at++) add(byTime.get(at), 1);
    for (let at = first; at <= last; at++) {
      add(byTime.get(at), 1);
      lag = byTime.get(at)?.lag ?? lag;
      const isBusy = sum.triggers > 0;
      made.push({
        at,
        inputRowsPerSecond: round(sum.records / Math.max(1, Math.min(window, at - startedAt + 1))),
        processedRowsPerSecond: isBusy ? round(sum.records / Math.max(0.001, sum.triggerMs / 1000)) : null,
        batchDurationMs: isBusy ? round(Math.max(0, sum.triggerMs) / sum.triggers) : null,
        lag: lag ?? null,
      });
      add(byTime.get(at - window + 1), -1);
    }
    return made;
  }

  return {
    addProgress({ numInputRows, durationMs }) {
      const now = current();
      now.records += numInputRows;
      now.triggers += 1;
      now.triggerMs += durationMs.triggerExecution;
    },
    addLag(lag) {
      current().lag = lag;
    },
    latest() {
      const at = second() - 1; // the present second is not over
      const [point] = points(at, at);
      return (
        point ?? { at, inputRowsPerSecond: 0, processedRowsPerSecond: null, batchDurationMs: null, lag: null }
      );
    },
    columns() {
      const last = second() - 1;
      const made = points(Math.max(startedAt, last - KEPT_SECONDS + 1), last);
      return {
        at: made.map(({ at }) => at),
        inputRowsPerSecond: made.map((point) => point.inputRowsPerSecond),
        processedRowsPerSecond: made.map((point) => point.processedRowsPerSecond),
        batchDurationMs: made.map((point) => point.batchDurationMs),
        lag: made.map(({ lag }) => lag),
      };
    },
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
