import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueAt, EVERY_BATCH, isFileDue } from '../../src/trigger/rollover.ts';

const rollover = { intervalMs: 60_000, bytes: 1_000, inactivityMs: 30_000 };
const now = 1_000_000;
const fresh = { now, openSince: now - 59_999, countedAt: now - 29_999, bytes: 999, mustEnd: false };

test('files are finished by their age, their size, for want of records, or because the query ends, and not before', () => {
  expect(isFileDue(rollover, fresh)).toBe(false);
  expect(isFileDue(rollover, { ...fresh, openSince: now - 60_000 })).toBe(true);
  expect(isFileDue(rollover, { ...fresh, bytes: 1_000 })).toBe(true);
  expect(isFileDue(rollover, { ...fresh, countedAt: now - 30_000 })).toBe(true);
  expect(isFileDue(rollover, { ...fresh, mustEnd: true })).toBe(true);
});

test('an interval of 0 finishes them with every batch, whatever they are', () => {
  const files = fc.record({ now: fc.nat(), openSince: fc.nat(), countedAt: fc.nat(), bytes: fc.nat() });
  fc.assert(fc.property(files, (each) => isFileDue(EVERY_BATCH, { ...each, mustEnd: false })));
});

test('a clock that was set back does not keep files open', () => {
  expect(isFileDue(rollover, { ...fresh, now: fresh.openSince - 1 })).toBe(true);
});

test('without more records files become due at the moment that is told', () => {
  const times = fc.record({ openSince: fc.nat(100_000), idle: fc.nat(100_000) });
  fc.assert(
    fc.property(times, ({ openSince, idle }) => {
      const countedAt = openSince + idle;
      const due = dueAt(rollover, { openSince, countedAt });
      const at = (time: number) => ({ now: time, openSince, countedAt, bytes: 0, mustEnd: false });
      expect(isFileDue(rollover, at(Math.max(due, countedAt)))).toBe(true);
      if (due - 1 >= countedAt) expect(isFileDue(rollover, at(due - 1))).toBe(false);
    }),
  );
});
