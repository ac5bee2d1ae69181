import {
  StreamingQuery,
  type Clock,
  type Logger,
  type ObjectStore,
  type QueryListener,
  type Rollover,
  type Source,
  type StartingOffsets,
  type Trigger,
} from '@client-tickets/micro-batch';
import type { Query, QueryState, TimeZone } from '@client-tickets/records';
import {
  createCountsPublisher,
  createQueryHandler,
  type ResultFormat,
  type UnknownFields,
} from '@client-tickets/results';
import { LOSS_ADVICE } from '@client-tickets/service-kit';

export interface QueryOptions {
  readonly source: Source;
  readonly results: ObjectStore;
  readonly checkpoints: ObjectStore;
  readonly formats: readonly ResultFormat[];
  /** Default UTC. */
  readonly timestampZone?: TimeZone;
  /** Default `drop`. */
  readonly unknownFields?: UnknownFields;
  /** How late a record may come and still count for its window. Default 10 minutes. */
  readonly watermarkDelayMs?: number;
  /** For how long nothing has come for a partition that closes the windows of the others. Default 1 minute. */
  readonly idleMs?: number;
  readonly trigger: Trigger;
  readonly startingOffsets: StartingOffsets;
  readonly maxOffsetsPerTrigger: number;
  /** Default: files are finished with every batch. */
  readonly rollover?: Rollover;
  readonly failOnDataLoss: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  readonly listener: QueryListener;
}

/** Starts a declared query: its records are enriched, counted and stored. */
export function startQuery(query: Query, options: QueryOptions): StreamingQuery<QueryState> {
  const { formats, timestampZone, unknownFields, watermarkDelayMs, ...shared } = options;
  const publisher = createCountsPublisher({ query, store: options.results, topic: options.source.topic });
  return StreamingQuery.start({
    ...shared,
    lossAdvice: LOSS_ADVICE,
    name: 'client-tickets',
    handler: createQueryHandler(query, {
      formats,
      ...(timestampZone === undefined ? {} : { timestampZone }),
      ...(unknownFields === undefined ? {} : { unknownFields }),
      ...(watermarkDelayMs === undefined ? {} : { watermarkDelayMs }),
      droppableUntil: () => publisher.droppableUntil(),
    }),
    publisher,
  });
}
