import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** What a timer of Node can wait for at most; one that is told to wait for longer goes off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's time, for those who compose. The engine itself only knows the `Clock` that it is given. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    await wait(Math.min(ms, LONGEST_TIMER_MS), signal);
    if (ms > LONGEST_TIMER_MS && signal?.aborted !== true)
      await systemClock.sleep(ms - LONGEST_TIMER_MS, signal);
  },
};

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    // An interrupted sleep has ended, which is what was asked for.
    if (signal?.aborted !== true) throw error;
  }
}
