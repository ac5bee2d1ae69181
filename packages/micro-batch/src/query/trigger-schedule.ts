import type { Clock } from '../ports/clock.ts';
import { nextTriggerAt, type Trigger } from '../trigger/trigger.ts';
import type { Wakeup } from '../trigger/wakeup.ts';

/** A trigger of 0 ms asks again this often while nothing comes. */
const IDLE_MS = 100;

/** When the triggers of a run are due, and the sleep between them. Times are those of the monotonic clock, in ms. */
export class TriggerSchedule {
  readonly #clock: Clock;
  readonly #trigger: Trigger;
  readonly #wakeup: Wakeup;
  /** The first trigger's time, from which the others are counted. */
  #origin = 0;

  constructor(options: { readonly clock: Clock; readonly trigger: Trigger; readonly wakeup: Wakeup }) {
    this.#clock = options.clock;
    this.#trigger = options.trigger;
    this.#wakeup = options.wakeup;
  }

  begin(): void {
    this.#origin = this.#clock.monotonic();
  }

  /** Whether the trigger after the one that began then is due. */
  isNextDue(startedAt: number): boolean {
    const now = this.#clock.monotonic();
    return nextTriggerAt(this.#trigger, this.#origin, startedAt, now) <= now;
  }

  /**
   * Until the trigger after the one that began at `startedAt` is due, or `isStopping`. A trigger of 0 ms that had nothing to do sleeps
   * until a record comes. `hasNews` is asked after each wake-up, and ends the sleep.
   */
  async sleepUntilNext(
    { startedAt, worked }: { readonly startedAt: number; readonly worked: boolean },
    { isStopping, hasNews }: { readonly isStopping: () => boolean; readonly hasNews: () => boolean },
  ): Promise<void> {
    const clock = this.#clock;
    const trigger = this.#trigger;
    const next = nextTriggerAt(trigger, this.#origin, startedAt, clock.monotonic());
    const idleMs = trigger.kind === 'interval' && trigger.everyMs > 0 ? 0 : IDLE_MS;
    const due = worked ? next : Math.max(next, startedAt + idleMs);
    const wakesForRecords = trigger.kind === 'availableNow' || trigger.everyMs === 0;
    for (let left = due - clock.monotonic(); left > 0 && !isStopping(); left = due - clock.monotonic()) {
      await this.#wakeup.wait(clock, left);
      if (wakesForRecords || hasNews()) return;
    }
  }
}
