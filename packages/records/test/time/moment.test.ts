import { createTimeZone, parseMoment, utc } from '@client-tickets/records';
import { expect, test } from 'vitest';

const nine = Date.parse('2026-11-26T09:00:00Z');

test.each([
  ['2026-11-26T09:00:00Z', nine],
  ['2026-11-26T10:00+01:00', nine],
  [' 2026-11-26 09:00\n', nine],
  [String(nine), nine],
  ['0', 0],
  ['2026-11-26', Date.parse('2026-11-26')],
  ['2026-11-26T09:00:00.0000001Z', nine],
  ['2026-11-26T09:00:00.000001Z', nine + 1],
])('%s is a moment, to the millisecond and never earlier', (text, millis) => {
  expect(parseMoment(text)(utc)).toBe(millis);
});

test('a moment without an offset is of the zone that is asked for, and one with an offset is not', () => {
  const paris = createTimeZone('Europe/Paris');
  expect(parseMoment('2026-07-01T09:00')(paris)).toBe(Date.parse('2026-07-01T07:00Z'));
  expect(parseMoment('2026-11-26')(paris)).toBe(Date.parse('2026-11-25T23:00Z'));
  expect(parseMoment('2026-07-01T09:00Z')(paris)).toBe(Date.parse('2026-07-01T09:00Z'));
});

test.each([
  '',
  'yesterday',
  '2026-02-30',
  '2026-11-26T25:00',
  '-1',
  '1.5',
  '9e3',
  '1969-12-31',
  '9'.repeat(15),
])('%j is refused with what it holds', (text) => {
  expect(() => parseMoment(text)).toThrow(`found ${JSON.stringify(text)}`);
});
