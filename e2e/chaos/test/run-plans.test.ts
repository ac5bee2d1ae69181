import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fault } from '../faults/fault.ts';
import { FAULTS } from '../faults/faults.ts';
import { mixRuns } from '../plan/mix-runs.ts';
import { planRun } from '../plan/run-plan.ts';
import { seeded } from '../plan/seeded.ts';
import { coordinatorPartition } from '../run/cluster.ts';

const anyFault = fc.constantFrom(...FAULTS);
const anySeed = fc.nat();

test('a fault and a seed are the same run again, in which a folder has one consumer', () => {
  fc.assert(
    fc.property(anyFault, anySeed, (fault, seed) => {
      const plan = planRun(fault, seed);
      expect(planRun(fault, seed)).toEqual(plan);
      expect(fault.storages).toContain(plan.storage);
      expect(plan.consumers).toBeLessThanOrEqual(plan.storage === 'folder' ? 1 : fault.consumers[1]);
    }),
  );
});

test('what a run asks for one purpose does not move what it gets for another', () => {
  fc.assert(
    fc.property(anyFault, anySeed, ({ name }, seed) => {
      const first = seeded(name, seed, 'fault').next();
      seeded(name, seed, 'flow').next();
      expect(seeded(name, seed, 'fault').next()).toBe(first);
      expect(seeded(name, seed, 'flow').next()).not.toBe(first);
    }),
  );
});

test('a mix begins with one run of each fault, and goes on by their shares', () => {
  const plans = [...mixRuns(FAULTS, 200, 1)];
  expect(new Set(plans.slice(0, FAULTS.length).map(({ fault }) => fault)).size).toBe(FAULTS.length);
  const whole = FAULTS.reduce((sum, { share }) => sum + share, 0);
  const runsOf = ({ name }: Fault): number => plans.filter(({ fault }) => fault === name).length;
  for (const fault of FAULTS)
    expect(Math.abs(runsOf(fault) - (200 * fault.share) / whole)).toBeLessThanOrEqual(2);
});

test('a longer mix is the shorter one and more', () => {
  expect([...mixRuns(FAULTS, 50, 7)].slice(0, 20)).toEqual([...mixRuns(FAULTS, 20, 7)]);
});

test('a group has the coordinator that brokers choose: the hash of its name as Java computes it', () => {
  // "hello".hashCode() is 99162322, "client-tickets-consumer" overflows.
  expect(coordinatorPartition('hello', 50)).toBe(99_162_322 % 50);
  expect(coordinatorPartition('', 50)).toBe(0);
  expect(coordinatorPartition('polygenelubricants', 50)).toBe(0); // -2147483648, whose sign bit is cut off
});
