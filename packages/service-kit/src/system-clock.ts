import { setTimeout as delay } from 'node:timers/promises';

/** The machine's time, as a `Clock` of packages/micro-batch. */
export const systemClock = {
  now: (): number => Date.now(),
  monotonic: (): number => performance.now(),
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // An interrupted sleep has ended, which is what was asked for.
      if (signal?.aborted !== true) throw error;
    }
  },
};
