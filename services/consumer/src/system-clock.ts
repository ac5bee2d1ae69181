import { setTimeout as after } from 'node:timers/promises';
import type { Clock } from '@client-tickets/micro-batch';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    // An aborted sleep is a normal end of it.
    await after(Math.max(0, ms), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
