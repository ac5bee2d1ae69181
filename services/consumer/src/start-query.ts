import { StreamingQuery, type StreamingQueryOptions } from '@client-tickets/micro-batch';
import type { Query, QueryState } from '@client-tickets/records';
import { createCountsPublisher, createQueryHandler, type QueryHandlerOptions } from '@client-tickets/results';
import { LOSS_ADVICE } from '@client-tickets/service-kit';

/** Of the engine and of what makes results, but for what follows from the query. */
export type QueryOptions = Omit<
  StreamingQueryOptions<QueryState>,
  'name' | 'handler' | 'publisher' | 'lossAdvice'
> &
  Omit<QueryHandlerOptions, 'droppableUntil'>;

/** Starts a declared query: its records are enriched, counted and stored. */
export function startQuery(query: Query, options: QueryOptions): StreamingQuery<QueryState> {
  const publisher = createCountsPublisher({ query, store: options.results, topic: options.source.topic });
  return StreamingQuery.start({
    ...options,
    lossAdvice: LOSS_ADVICE,
    name: 'client-tickets',
    handler: createQueryHandler(query, {
      ...options,
      droppableUntil: () => publisher.droppableUntil(),
    }),
    publisher,
  });
}
