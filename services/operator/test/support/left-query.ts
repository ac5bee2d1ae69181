import type { Clock, ObjectStore, PartitionOffsets } from '@client-tickets/micro-batch';
import { ManualClock, type MemoryLog } from '@client-tickets/micro-batch/testing';
import { ticketQuery } from '@client-tickets/tickets';
import {
  rebuildCheckpoint,
  type RebuildSources,
  type RebuiltCheckpoint,
} from '../../src/rebuild/rebuild-checkpoint.ts';
import type { VerifyReport } from '../../src/verify/verify-report.ts';
import { verifyResults, type VerifyOptions } from '../../src/verify/verify-results.ts';
import { TOPIC } from './history.ts';

type Log = Pick<MemoryLog, 'partitions' | 'offsets'>;

/** What consumers have left, by themselves or as a test wants it. */
export interface LeftQuery {
  readonly log: Log;
  readonly resultsStore: ObjectStore;
  readonly checkpointStore: ObjectStore;
  readonly clock?: Clock;
}

function offsetsOf(log: Log): ReadonlyMap<number, PartitionOffsets> {
  return new Map(log.partitions.map((partition) => [partition, log.offsets(partition)]));
}

/** For `verify`: brokers that say where the log begins and ends. */
export function brokersOf(log: Log): Pick<VerifyOptions, 'offsets'> {
  return { offsets: { read: () => Promise.resolve(offsetsOf(log)) } };
}

/** Without brokers, where `more` has none. */
export function verify(
  { resultsStore: results, checkpointStore: checkpoints, clock = new ManualClock() }: Omit<LeftQuery, 'log'>,
  more: Partial<VerifyOptions> = {},
): Promise<VerifyReport> {
  const brokers = { offsets: undefined, readRecords: undefined };
  const given = { results, checkpoints, topic: TOPIC, query: ticketQuery, clock, waitMs: 0 };
  return verifyResults({ ...brokers, ...given, ...more });
}

export function rebuild(
  { log, resultsStore: results, checkpointStore: checkpoints }: LeftQuery,
  more: Partial<RebuildSources> = {},
): Promise<RebuiltCheckpoint> {
  return rebuildCheckpoint({
    declaration: ticketQuery,
    results,
    checkpoints,
    topic: TOPIC,
    log: offsetsOf(log),
    handlerOptions: { formats: ['json', 'parquet'] },
    assumeComplete: false,
    at: '2026-11-22T09:30:00.000Z',
    onProgress: () => undefined,
    ...more,
  });
}
