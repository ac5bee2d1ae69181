import type { Fault } from '../faults/fault.ts';
import { FAULTS } from '../faults/faults.ts';
import type { RunPlan } from '../plan/run-plan.ts';
import type { RunResult } from '../report/run-result.ts';
import type { ChaosContext } from './chaos-context.ts';
import { runChaos } from './run-chaos.ts';

export interface RunListener {
  started(plan: RunPlan): void;
  ended(result: RunResult): Promise<void>;
}

/** Runs plans in their order, up to `parallel` at a time. A run that disturbs the servers has them for itself. */
export async function runAll(
  plans: Iterable<RunPlan>,
  context: ChaosContext,
  options: { readonly parallel: number; readonly listener: RunListener; readonly signal: AbortSignal },
): Promise<void> {
  const { parallel, listener, signal } = options;
  const running = new Set<Promise<void>>();
  const run = async (plan: RunPlan, fault: Fault): Promise<void> => {
    listener.started(plan);
    await listener.ended(await runChaos(plan, fault, context));
  };
  for (const plan of plans) {
    const fault = FAULTS.find(({ name }) => name === plan.fault);
    if (fault === undefined) throw new Error(`there is no fault ${plan.fault}`);
    if (fault.disturbsServers === true) await Promise.all(running);
    while (running.size >= parallel) await Promise.race(running);
    if (signal.aborted) break;
    const one: Promise<void> = run(plan, fault).finally(() => running.delete(one));
    running.add(one);
    if (fault.disturbsServers === true) await one;
  }
  await Promise.all(running);
}
