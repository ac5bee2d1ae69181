import type { Random } from '@client-tickets/micro-batch/testing';
import type { LocalServers } from '@client-tickets/servers';
import type { FaultProxy } from '@client-tickets/testkit';
import type { Cluster } from './cluster.ts';
import type { SupervisedCrew } from './supervised-crew.ts';
import type { ConsumerProcess } from './consumer-process.ts';
import type { RunLocation } from './run-location.ts';

/** What a fault can reach in one run. */
export interface Stage {
  readonly random: Random;
  readonly topic: string;
  readonly partitions: number;
  /** The group that the first consumers are of. */
  readonly group: string;
  readonly sessionTimeoutMs: number;
  readonly crew: SupervisedCrew;
  readonly servers: LocalServers;
  readonly cluster: Cluster;
  readonly location: RunLocation;
  readonly proxy: FaultProxy;
  readonly newGroup: () => string;
  /** The moment is the point: a pause that the seed has chosen. */
  readonly after: (ms: number) => Promise<void>;
  /** Resolves when a consumer has been given partitions, or has ended, or takes too long. */
  assigned(consumer: ConsumerProcess): Promise<void>;
}
