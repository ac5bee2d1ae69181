import { ManualClock } from '@client-tickets/micro-batch/testing';
import { expect, test } from 'vitest';
import { Standstill } from '../../src/query/standstill.ts';

const at = (partition: number, offset: bigint) => ({ partition, offset, target: 9n });

test('a partition stands still from when it was first seen where it is, and one that moves begins again', () => {
  const clock = new ManualClock();
  const standstill = new Standstill(clock);
  expect(standstill.observe([at(0, 1n), at(1, 1n)], 10)).toEqual([]);
  clock.advance(10);
  expect(standstill.observe([at(0, 1n), at(1, 2n)], 10)).toEqual([at(0, 1n)]);
  clock.advance(10);
  expect(standstill.observe([at(0, 1n), at(1, 2n)], 10)).toEqual([at(0, 1n), at(1, 2n)]);
});

test('a partition that was read meanwhile is not remembered', () => {
  const clock = new ManualClock();
  const standstill = new Standstill(clock);
  standstill.observe([at(0, 1n)], 10);
  clock.advance(5);
  standstill.observe([], 10);
  clock.advance(5);
  expect(standstill.observe([at(0, 1n)], 10)).toEqual([]);
});
