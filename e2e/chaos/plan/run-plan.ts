import type { Random } from '@client-tickets/micro-batch/testing';
import type { Fault } from '../faults/fault.ts';
import type { StorageKind } from '../run/run-location.ts';
import { seeded } from './seeded.ts';

/** What the seed of a run decides before it begins. */
export interface RunPlan {
  readonly fault: string;
  readonly seed: number;
  readonly storage: StorageKind;
  readonly tickets: number;
  readonly consumers: number;
  readonly maxOffsetsPerTrigger: number;
  readonly triggerMs: number;
  /** How old files become; 0: each batch makes some. */
  readonly rolloverMs: number;
  readonly formats: string;
  /** Who gets it done: the consumers that live when the fault is over, or one that starts then and takes what is there. */
  readonly finisher: 'survivors' | 'newcomer';
}

const LEAST_TICKETS = 300;
const TICKETS = 900;

export function planRun(fault: Fault, seed: number): RunPlan {
  const random = seeded(fault.name, seed, 'plan');
  const storage = random.pick(fault.storages) ?? 's3';
  const [least, most] = fault.consumers;
  const consumers = storage === 'folder' ? 1 : least + random.below(most - least + 1);
  return {
    fault: fault.name,
    seed,
    storage,
    tickets: fault.tickets ?? LEAST_TICKETS + random.below(TICKETS),
    consumers,
    maxOffsetsPerTrigger: random.pick([20, 50, 100, 0]) ?? 50,
    triggerMs: random.pick([20, 50, 200]) ?? 50,
    formats: pickFormats(fault, random),
    finisher: random.chance(0.5) ? 'survivors' : 'newcomer',
    rolloverMs: fault.rolloverMs ?? random.pick([0, 200, 1_000]) ?? 0,
  };
}

/** Chosen in any case, so that what is chosen next does not depend on it. */
function pickFormats({ formats }: Fault, random: Random): string {
  const picked = random.pick(['json,parquet', 'json,parquet', 'parquet', 'json']) ?? 'json,parquet';
  return formats ?? picked;
}
