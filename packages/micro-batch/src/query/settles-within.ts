import type { Clock } from '../ports/clock.ts';

/** Waits until `work` has resolved or rejected, for `ms` at the most. Whether it has. Never rejects. */
export async function settlesWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const settled = new AbortController();
  const settle = (): void => settled.abort();
  work.then(settle, settle);
  await clock.sleep(ms, settled.signal);
  return settled.signal.aborted;
}
