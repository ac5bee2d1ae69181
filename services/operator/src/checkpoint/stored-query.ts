import { queryChanges, type QueryIdentity } from '@client-tickets/micro-batch';
import type { Query, QueryState } from '@client-tickets/records';
import {
  createQueryHandler,
  describeOptions,
  readOptions,
  RESULT_FORMATS,
  type QueryHandlerOptions,
} from '@client-tickets/results';

/** The state of a checkpoint is read alike whatever formats the query writes. */
export function stateParser(query: Query): (value: unknown) => QueryState {
  const handler = createQueryHandler(query, { formats: RESULT_FORMATS });
  return (value) => handler.parseState(value);
}

/**
 * What this program's declaration says otherwise than the one that started the checkpoint: `priority: URGENT added`. Formats, zone and
 * the like are the checkpoint's own. None: its states and files can be read by this declaration.
 */
export function declarationChanges(query: Query, identity: QueryIdentity): readonly string[] {
  const { topic, settings: stored } = identity;
  const { version: handlerVersion, settings } = createQueryHandler(query, optionsOf(stored));
  return queryChanges(identity, { topic, handlerVersion, settings });
}

/** Options that can't be read differ from any others, so they are among the changes. */
function optionsOf(stored: QueryIdentity['settings']): QueryHandlerOptions {
  try {
    return readOptions(stored);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { formats: RESULT_FORMATS };
  }
}

/** What to say of a checkpoint whose states this program can't read. */
export function declaredOtherwise(location: string, changes: readonly string[]): string {
  return (
    `the checkpoint at ${location} was started by another query than this program knows. What changed: ${changes.join('; ')}. ` +
    'Use the program that started it; `tickets plan` says how a start could go on'
  );
}

/** `query 1f0c…, encoders 3, file formats json, parquet, time zone UTC, unknown fields drop`: without what the declaration says. */
export function showQuery({ id, handlerVersion, settings }: QueryIdentity): string {
  const options = Object.entries(describeOptions(optionsOf(settings))).map((option) => option.join(' '));
  return [`query ${id}`, `encoders ${handlerVersion}`, ...options].join(', ');
}
