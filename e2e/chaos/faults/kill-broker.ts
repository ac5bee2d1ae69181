import type { Stage } from '../run/stage.ts';

const LONGEST_OUTAGE_MS = 12_000; // the cluster gives a silent broker up after nine seconds

/** Kills a broker somewhere in the flow, and starts it again: mostly before, sometimes after the others took over from it. */
export async function killBroker(stage: Stage, broker: number): Promise<void> {
  const { servers, random } = stage;
  await stage.after(random.below(1_500));
  await servers.killBroker(broker);
  await stage.after(500 + random.below(LONGEST_OUTAGE_MS));
  await servers.startBroker(broker);
  await stage.cluster.replicated(stage.topic);
}
