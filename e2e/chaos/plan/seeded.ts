import { createHash } from 'node:crypto';
import { createRandom, type Random } from '@client-tickets/micro-batch/testing';

/** Chance for one purpose of one run: what is asked for one purpose does not move the others. */
export function seeded(fault: string, seed: number, purpose: string): Random {
  return createRandom(createHash('sha256').update(`${fault}/${seed}/${purpose}`).digest().readInt32LE());
}
