import { ManualClock } from '@client-tickets/micro-batch/testing';
import { expect, test } from 'vitest';
import { Outage } from '../../src/query/outage.ts';

test('pauses double from 100 ms up to 5 s', () => {
  const outage = new Outage(new ManualClock(), 1);
  const pauses = Array.from({ length: 8 }, () => outage.failed());
  expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test('an outage that has lasted for the time-out is given up', () => {
  const clock = new ManualClock();
  const outage = new Outage(clock, 1_000);
  expect(outage.failed()).toBe(100);
  clock.advance(999);
  expect(outage.failed()).toBe(200);
  clock.advance(1);
  expect(outage.failed()).toBeUndefined();
});

test('an answer ends the outage: the next one is timed and paused from the beginning', () => {
  const clock = new ManualClock();
  const outage = new Outage(clock, 1_000);
  outage.failed();
  clock.advance(900);
  outage.failed();
  outage.over();
  clock.advance(500);
  expect(outage.failed()).toBe(100);
  clock.advance(999);
  expect(outage.failed()).toBe(200);
});
