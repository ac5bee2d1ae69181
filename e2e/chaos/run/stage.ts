import type { Random } from '@client-tickets/micro-batch/testing';
import type { LocalServers } from '@client-tickets/servers';
import type { FaultProxy, ServiceProcess } from '@client-tickets/testkit';
import type { Cluster } from './cluster.ts';
import type { SupervisedCrew } from './supervised-crew.ts';
import type { ConsumerProcess } from './consumer-process.ts';
import type { RunLocation } from './run-location.ts';
import type { TicketFlow } from './ticket-flow.ts';
import type { TopicLogs } from './topic-logs.ts';

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
  readonly flow: TicketFlow;
  readonly logs: TopicLogs;
  readonly newGroup: () => string;
  /** Starts `tickets optimize`. */
  readonly optimize: () => ServiceProcess;
  /** The moment is the point: a pause that the seed has chosen. */
  readonly after: (ms: number) => Promise<void>;
  /** Resolves when a consumer has been given partitions, or has ended, or takes too long. */
  assigned(consumer: ConsumerProcess): Promise<void>;
  everyPartitionCommitted(): Promise<void>;
  /** Decides each loss that a consumer stops for, until all partitions have gone on to the present log. */
  dataLossAccepted(): Promise<void>;
}
