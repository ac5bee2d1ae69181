import { decideDataLoss, type LossDecision } from '@client-tickets/micro-batch';
import { act, look, type Action } from './stream-actions.ts';

/** For a query that does not stop for lost records. */
export const goOn = { failOnDataLoss: false } as const;

/** Where offset 0 of the log lies that replaced the first one. */
export const NEXT_LOG = 10n ** 15n;

export const compact = (partition: number, ...offsets: readonly bigint[]): Action =>
  act(`compact ${offsets.join()}`, ({ log }) => log.compact(partition, ...offsets));

/** From now on the source knows logs by name: another one for each time that a partition is made. */
export const nameLogs = act('logs have names', ({ log }) => {
  log.nameLog = (_, turn) => `log-${turn}`;
});

/** The name changes, and nothing else does: the topic was moved to another cluster with its records and offsets. */
export const rename = act('the log gets another name', ({ log }) => {
  log.nameLog = () => 'moved';
});

export const decide = (partition: number, decision: LossDecision): Action =>
  act(`decide ${decision}`, (world) => decideDataLoss(world.checkpointStore(), partition, decision));

export const isStopped = (reason: string): Action =>
  look('the stop', (world) => world.checkpoint(0)?.stopped, { reason, decision: null });
