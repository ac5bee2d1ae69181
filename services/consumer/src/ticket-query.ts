import {
  StreamingQuery,
  type Clock,
  type Logger,
  type ObjectStore,
  type QueryListener,
  type Source,
  type StartingOffsets,
  type Trigger,
} from '@client-tickets/micro-batch';
import type { Counts, TimeZone } from '@client-tickets/records';
import {
  createCountsPublisher,
  createQueryHandler,
  type ResultFormat,
  type UnknownFields,
} from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';

/** The ticket query's own choices; the rest is the same for every consumer. */
export interface TicketQueryOptions {
  readonly source: Source;
  readonly results: ObjectStore;
  readonly checkpoints: ObjectStore;
  readonly formats: readonly ResultFormat[];
  /** Default UTC. */
  readonly timestampZone?: TimeZone;
  /** Default `drop`. */
  readonly unknownFields?: UnknownFields;
  readonly trigger: Trigger;
  readonly startingOffsets: StartingOffsets;
  readonly maxOffsetsPerTrigger: number;
  readonly failOnDataLoss: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  readonly listener: QueryListener;
}

/** Starts the query that enriches, counts and stores tickets. */
export function startTicketQuery(options: TicketQueryOptions): StreamingQuery<Counts> {
  const { formats, timestampZone, unknownFields, ...shared } = options;
  return StreamingQuery.start({
    ...shared,
    name: 'client-tickets',
    handler: createQueryHandler(ticketQuery, {
      formats,
      ...(timestampZone === undefined ? {} : { timestampZone }),
      ...(unknownFields === undefined ? {} : { unknownFields }),
    }),
    publisher: createCountsPublisher({
      query: ticketQuery,
      store: options.results,
      topic: options.source.topic,
    }),
  });
}
