import {
  silentLogger,
  StreamingQuery,
  systemClock,
  type StreamingQueryOptions,
} from '@client-tickets/micro-batch';
import type { Query, QueryState } from '@client-tickets/records';
import { createCountsPublisher, createQueryHandler, type QueryHandlerOptions } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';

type Options = StreamingQueryOptions<QueryState>;

/** The real engine, with its usual options where a test has none of its own. */
export function startQuery(
  options: Pick<Options, 'source' | 'checkpoints' | 'results' | 'trigger'> & Partial<Options>,
  handlerOptions: Partial<QueryHandlerOptions> = {},
  query: Query = ticketQuery,
): StreamingQuery<QueryState> {
  const { results: store, source } = options;
  return StreamingQuery.start({
    name: 'test',
    handler: createQueryHandler(query, { formats: ['json', 'parquet'], ...handlerOptions }),
    publisher: createCountsPublisher({ query, store, topic: source.topic }),
    clock: systemClock,
    logger: silentLogger,
    newId: () => 'query-of-a-test',
    ...options,
  });
}
