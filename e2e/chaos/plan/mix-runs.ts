import type { Fault } from '../faults/fault.ts';
import { planRun, type RunPlan } from './run-plan.ts';

/**
 * Runs of all faults, as often as their shares say, each at least once. Every fault counts its own seeds on from `firstSeed`, so
 * that more runs are the same runs and further ones.
 */
export function* mixRuns(faults: readonly Fault[], runs: number, firstSeed: number): Generator<RunPlan> {
  const whole = faults.reduce((sum, { share }) => sum + share, 0);
  const taken = new Map(faults.map((fault) => [fault, 0]));
  for (let planned = 0; planned < runs; planned += 1) {
    // The one furthest behind its share is next.
    const [next] = [...taken].sort(
      ([a, runsOfA], [b, runsOfB]) => due(b, runsOfB, planned, whole) - due(a, runsOfA, planned, whole),
    );
    if (next === undefined) return;
    const [fault, count] = next;
    yield planRun(fault, firstSeed + count);
    taken.set(fault, count + 1);
  }
}

function due({ share }: Fault, taken: number, planned: number, whole: number): number {
  // The first run of each comes before the second of any.
  return taken === 0 ? Number.MAX_SAFE_INTEGER : (share / whole) * (planned + 1) - taken;
}
