import { ManualClock } from '@client-tickets/micro-batch/testing';
import type { QueryProgress } from '@client-tickets/micro-batch';
import { describe, expect, it } from 'vitest';
import { createRateHistory } from '../src/view/history.ts';

const progress = (numInputRows: number, triggerExecution: number): QueryProgress =>
  ({ numInputRows, durationMs: { triggerExecution } }) as QueryProgress;

describe('the rate history', () => {
  it('averages over the last ten seconds, and tells how fast it could go', () => {
    const clock = new ManualClock();
    const history = createRateHistory({ clock, triggerMs: 1_000 });
    for (let second = 0; second < 10; second++) {
      history.addProgress(progress(50, 100));
      clock.advance(1_000);
    }
    expect(history.latest()).toMatchObject({
      inputRowsPerSecond: 50,
      processedRowsPerSecond: 500,
      batchDurationMs: 100,
    });
  });

  it('says 0 and idle, and no longer the last rate, when nothing more comes', () => {
    const clock = new ManualClock();
    const history = createRateHistory({ clock, triggerMs: 1_000 });
    history.addProgress(progress(50, 100));
    clock.advance(20_000);
    expect(history.latest()).toMatchObject({
      inputRowsPerSecond: 0,
      processedRowsPerSecond: null,
      batchDurationMs: null,
    });
  });

  it('spans a few triggers when they are far apart', () => {
    const clock = new ManualClock();
    const history = createRateHistory({ clock, triggerMs: 10_000 });
    for (let trigger = 0; trigger < 5; trigger++) {
      history.addProgress(progress(100, 500));
      clock.advance(10_000);
    }
    expect(history.latest()).toMatchObject({ inputRowsPerSecond: 10, processedRowsPerSecond: 200 });
  });

  it('has a value for every second, carries lag on, and forgets after a quarter of an hour', () => {
    const clock = new ManualClock();
    const history = createRateHistory({ clock, triggerMs: 0 });
    history.addLag(7);
    clock.advance(3_000);
    history.addLag(9);
    clock.advance(2_000);
    const { at, lag } = history.columns();
    expect(at).toEqual([0, 1, 2, 3, 4].map((second) => (at[0] ?? 0) + second));
    expect(lag).toEqual([7, 7, 7, 9, 9]);
    for (let second = 0; second < 2_000; second++) {
      history.addLag(second);
      clock.advance(1_000);
    }
    const later = history.columns();
    expect(later.at).toHaveLength(900);
    expect(later.lag.at(-1)).toBe(1_999);
  });

  it('begins again when the clock is set back', () => {
    const clock = new ManualClock();
    let shift = 0;
    const history = createRateHistory({
      clock: { monotonic: () => 0, sleep: () => Promise.resolve(), now: () => clock.now() + shift },
      triggerMs: 0,
    });
    history.addLag(1);
    shift = -3_600_000;
    history.addLag(2);
    clock.advance(1_000);
    expect(history.latest().lag).toBe(2);
  });
});
