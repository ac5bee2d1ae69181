import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextTriggerAt, parseDuration, parseTrigger } from '../../src/trigger/trigger.ts';

const UNITS = [
  ['millisecond', 1],
  ['second', 1_000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['SECOND', 1_000],
  ['Hour', 3_600_000],
] as const;

test('an interval is read in each unit, singular or plural', () => {
  fc.assert(
    fc.property(
      fc.nat(999_999),
      fc.constantFrom(...UNITS),
      fc.constantFrom('', 's', 'S'),
      fc.constantFrom('', ' ', '  '),
      (count, [unit, ms], plural, space) => {
        const trigger = { kind: 'interval', everyMs: count * ms };
        expect(parseTrigger(`${space}${count}${space}${unit}${plural}${space}`)).toEqual(trigger);
      },
    ),
  );
  for (const text of [' availableNow ', 'AvailableNow', 'AVAILABLENOW']) {
    expect(parseTrigger(text)).toEqual({ kind: 'availableNow' });
  }
});

test('what is not a trigger is refused with what was found', () => {
  const texts = [
    '',
    'second',
    '-1 seconds',
    '1.5 seconds',
    '1 month',
    '1',
    'available now',
    '1 second 2',
    '1e3 s',
  ];
  for (const text of texts) {
    expect(() => parseTrigger(text)).toThrow(
      expect.objectContaining({
        code: 'settings',
        message: expect.stringContaining(`found ${JSON.stringify(text)}`),
      }),
    );
  }
});

const times = fc.record({
  everyMs: fc.integer({ min: 1, max: 100_000 }),
  origin: fc.integer({ min: 0, max: 1_000_000 }),
  previous: fc.nat(10_000_000),
  took: fc.nat(500_000),
});

test('the next trigger is on the first point of the grid after the one before, or at once when that has passed', () => {
  fc.assert(
    fc.property(times, ({ everyMs, origin, previous: since, took }) => {
      const previous = origin + since;
      const now = previous + took;
      const next = nextTriggerAt({ kind: 'interval', everyMs }, origin, previous, now);
      const grid = next === now ? origin + (Math.floor(since / everyMs) + 1) * everyMs : next;
      expect((grid - origin) % everyMs).toBe(0);
      expect(grid - previous).toBeGreaterThan(0);
      expect(grid - previous).toBeLessThanOrEqual(everyMs);
      expect(next).toBe(Math.max(now, grid));
    }),
  );
});

test('triggers without an interval follow each other at once', () => {
  expect(nextTriggerAt({ kind: 'availableNow' }, 0, 5, 7)).toBe(7);
  expect(nextTriggerAt({ kind: 'interval', everyMs: 0 }, 0, 5, 7)).toBe(7);
});

test.each([
  ['0', 0],
  ['1 minute', 60_000],
  ['30 SECONDS', 30_000],
  ['250 milliseconds', 250],
])('a duration of %s is %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', 'soon', '-1 second', 'availableNow'])('%j is no duration, and says what is', (text) => {
  expect(() => parseDuration(text)).toThrow(/^expected `N milliseconds`, .* or `0`, found /);
});
