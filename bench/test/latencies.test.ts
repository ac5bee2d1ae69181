import { expect, test } from 'vitest';
import { coversAll, latenciesOf } from '../src/latency/latencies.ts';
import { producedRate } from '../src/latency/record-times.ts';

const records = [
  { partition: '0', offset: 0, time: 1_000 },
  { partition: '1', offset: 0, time: 1_010 },
  { partition: '0', offset: 1, time: 1_020 },
  { partition: '1', offset: 1, time: 1_030 },
];
const sighting = (at: number, ...ends: readonly (readonly [string, number])[]) => ({
  at,
  ends: new Map(ends),
});

test('a ticket is visible when a reader first finds its offset counted, in its own partition', () => {
  const sightings = [
    sighting(1_100, ['0', 1]),
    sighting(1_200, ['0', 1], ['1', 2]),
    sighting(1_300, ['0', 2], ['1', 2]),
  ];
  expect(latenciesOf(records, sightings, 0)).toEqual([100, 170, 190, 280]);
});

test('tickets of the warm-up do not count', () => {
  expect(latenciesOf(records, [sighting(1_100, ['0', 2], ['1', 2])], 20)).toEqual([70, 80]);
});

test('all is visible only when every partition is counted up to its last record', () => {
  expect(coversAll(sighting(0, ['0', 2]), records)).toBe(false);
  expect(coversAll(sighting(0, ['0', 2], ['1', 1]), records)).toBe(false);
  expect(coversAll(sighting(0, ['0', 2], ['1', 2]), records)).toBe(true);
});

test('the rate that a producer came to is that of its records', () => {
  expect(producedRate(records)).toBeCloseTo(100);
  expect(producedRate([])).toBe(0);
});
