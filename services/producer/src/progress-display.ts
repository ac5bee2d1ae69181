import type { Clock, Logger } from '@client-tickets/micro-batch';
import { SingleBar } from 'cli-progress';
import { rateOf, type Production } from './production.ts';

/** Shows how a run goes, to people or in the log. */
export interface ProgressDisplay {
  update(production: Production): void;
  /** Leaves the terminal as it was. */
  stop(): void;
}

const LOG_EVERY_MS = 5_000;

/** A bar on stderr; without a total, for an endless run, the numbers alone. */
export function createProgressBar(count: number): ProgressDisplay {
  const numbers = count === 0 ? '{value} tickets, {rate}/s' : '[{bar}] {value}/{total} tickets, {rate}/s';
  // The process handles signals itself, and log lines may have taken the bar's place.
  const bar = new SingleBar({ format: numbers, gracefulExit: false, forceRedraw: true, hideCursor: true });
  bar.start(count, 0, { rate: '0.0' });
  return {
    update: (production) => bar.update(production.tickets, { rate: rateOf(production).toFixed(1) }),
    stop: () => bar.stop(),
  };
}

/** A line every few seconds with count and rate: that of these seconds, not of the whole run. */
export function createProgressLog(logger: Logger, clock: Clock): ProgressDisplay {
  let last = { at: clock.monotonic(), tickets: 0 };
  return {
    update({ tickets }) {
      const now = clock.monotonic();
      const passedMs = now - last.at;
      if (passedMs < LOG_EVERY_MS) return;
      const ticketsPerSecond = Math.round(((tickets - last.tickets) / passedMs) * 10_000) / 10;
      logger.info({ tickets, ticketsPerSecond }, 'producing');
      last = { at: now, tickets };
    },
    stop() {},
  };
}
