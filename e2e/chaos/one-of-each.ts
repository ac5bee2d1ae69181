import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Fault } from './faults/fault.ts';
import { planRun } from './plan/run-plan.ts';
import type { RunResult } from './report/run-result.ts';
import { openChaosContext, type ChaosContext } from './run/chaos-context.ts';
import { runChaos } from './run/run-chaos.ts';

/** Of the short form: its broker outages are of all kinds, and together short. */
export const SEED = Number(process.env['CHAOS_SEED'] ?? 15);
export const ALL_WELL = { problems: [], lost: 0, duplicated: 0 };

/** It kills the servers that other tests need, so it runs only when it was asked for. */
export const isWanted = process.env['E2E_CHAOS'] === '1';
if (!isWanted) console.info('e2e/chaos is skipped: set E2E_CHAOS=1 to have it run');

/** For the tests of one `describe`: runs a fault once, or skips it where this machine can't do it. */
export function useChaos(): (fault: Fault, skip: (reason: string) => never) => Promise<RunResult> {
  let context: ChaosContext | undefined;
  beforeAll(async () => {
    const failures = await mkdtemp(join(tmpdir(), 'chaos-failures-'));
    context = await openChaosContext(failures);
  });
  afterAll(() => context?.close());
  return async (fault, skip) => {
    const missing = await fault.missing?.();
    if (missing !== undefined) skip(missing);
    if (context === undefined) throw new Error('the servers are not there');
    return runChaos(planRun(fault, SEED), fault, context);
  };
}
