import { QueryError } from '../ports/query-error.ts';
import { ObjectStoreError } from '../ports/object-store.ts';
import { SourceUnavailable } from '../trigger/source-calls.ts';

/** The source has given up: what a query ends with. */
export function sourceFailed(error: unknown): QueryError {
  return new QueryError('source_failed', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}

/** A store that refuses: what a query ends with. `undefined` for any other error. */
export function storeRefusal(error: unknown): QueryError | undefined {
  const isRefusal = error instanceof ObjectStoreError && error.code === 'refused';
  return isRefusal ? new QueryError('store_refused', error.message, { cause: error }) : undefined;
}

/** A store or the brokers did not answer: worth trying again. */
export function isTransient(error: unknown): error is Error {
  if (error instanceof QueryError) return false;
  if (error instanceof ObjectStoreError) return error.code === 'unavailable';
  return error instanceof SourceUnavailable;
}

/** A store or the brokers have not answered for so long: what a query ends with. */
export function outlasted(error: Error, outageTimeoutMs: number): QueryError {
  const code = error instanceof ObjectStoreError ? 'store_unavailable' : 'source_failed';
  return new QueryError(code, `no answer for ${outageTimeoutMs / 1000} s: ${error.message}`, {
    cause: error,
  });
}

/** What it resolves with; `undefined` while a server does not answer. Other failures reject with what a query ends with. */
export async function ifAvailable<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isTransient(error)) return undefined;
    throw storeRefusal(error) ?? error;
  }
}
