import type { Clock, Logger } from '@client-tickets/micro-batch';
import type { ProgressDisplay } from './progress-display.ts';

const LOG_EVERY_MS = 5_000;

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
