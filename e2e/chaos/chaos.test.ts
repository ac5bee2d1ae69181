import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from './faults/fault.ts';
import { FAULTS } from './faults/faults.ts';
import { planRun } from './plan/run-plan.ts';
import type { RunResult } from './report/run-result.ts';
import { openChaosContext, type ChaosContext } from './run/chaos-context.ts';
import { runChaos } from './run/run-chaos.ts';

/** Of the short form: its broker outages are of all kinds, and together short. */
const SEED = Number(process.env['CHAOS_SEED'] ?? 15);
const ALL_WELL = { problems: [], lost: 0, duplicated: 0 };

/** It kills the servers that other tests need, so it runs only when it was asked for. */
const wanted = process.env['E2E_CHAOS'] === '1';
if (!wanted) console.info('e2e/chaos is skipped: set E2E_CHAOS=1 to have it run');

describe.skipIf(!wanted)(`each ticket is there exactly once (seed ${SEED})`, () => {
  let context: ChaosContext | undefined;
  beforeAll(async () => {
    const failures = await mkdtemp(join(tmpdir(), 'chaos-failures-'));
    context = await openChaosContext(failures);
  });
  afterAll(() => context?.close());

  const run = async (fault: Fault, skip: (reason: string) => never): Promise<RunResult> => {
    const missing = await fault.missing?.();
    if (missing !== undefined) skip(missing);
    if (context === undefined) throw new Error('the servers are not there');
    return runChaos(planRun(fault, SEED), fault, context);
  };

  test.concurrent.for(FAULTS.filter(({ disturbsServers }) => disturbsServers === undefined))(
    'though $name: $title',
    async (fault, { skip }) => {
      expect(await run(fault, skip)).toMatchObject(ALL_WELL);
    },
  );

  test.for(FAULTS.filter(({ disturbsServers }) => disturbsServers === true))(
    'though $name: $title',
    async (fault, { skip }) => {
      expect(await run(fault, skip)).toMatchObject(ALL_WELL);
    },
  );
});
