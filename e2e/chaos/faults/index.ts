import { broker } from './broker.ts';
import { clock } from './clock.ts';
import { coordinator } from './coordinator.ts';
import { disk } from './disk.ts';
import type { Fault } from './fault.ts';
import { freeze } from './freeze.ts';
import { kill } from './kill.ts';
import { leader } from './leader.ts';
import { repeat } from './repeat.ts';
import { s3Kill } from './s3-kill.ts';
import { s3Proxy } from './s3-proxy.ts';
import { storm } from './storm.ts';
import { zombie } from './zombie.ts';

export type { Fault, StorageKind } from './fault.ts';

/** In the order of the table. */
export const FAULTS: readonly Fault[] = [
  kill,
  freeze,
  zombie,
  broker,
  coordinator,
  leader,
  s3Kill,
  s3Proxy,
  clock,
  disk,
  repeat,
  storm,
];
