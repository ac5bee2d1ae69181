import type { Clock } from '../ports/clock.ts';

/** Lets one loop sleep until something happens that it may care about. */
export class Wakeup {
  #controller = new AbortController();

  /** Ends all waits that are under way. */
  notify(): void {
    this.#controller.abort('notified'); // with a reason no DOMException is made, which would cost more than the rest
    this.#controller = new AbortController();
  }

  /** Resolves after `ms` or at the next `notify`. Check the condition right before: what was notified earlier is past. */
  wait(clock: Clock, ms: number): Promise<void> {
    return clock.sleep(ms, this.#controller.signal);
  }
}

/** Waits until `work` has resolved or rejected, for `ms` at the most. Whether it has. Never rejects. */
export async function settlesWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const settled = new AbortController();
  const settle = (): void => settled.abort();
  work.then(settle, settle);
  await clock.sleep(ms, settled.signal);
  return settled.signal.aborted;
}
