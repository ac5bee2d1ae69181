import type { Clock } from '@client-tickets/micro-batch';

export interface RecordingClock extends Clock {
  /** Every wait that was asked for, in milliseconds. */
  readonly waits: number[];
}

/** Time that passes only by sleeping, at once. `onSleep` is called in each sleep, with its number. */
export function recordingClock(onSleep: (count: number) => void | Promise<void> = () => {}): RecordingClock {
  const waits: number[] = [];
  let now = 0;
  return {
    waits,
    now: () => now,
    monotonic: () => now,
    sleep: async (ms) => {
      now += ms;
      waits.push(ms);
      await onSleep(waits.length);
    },
  };
}
