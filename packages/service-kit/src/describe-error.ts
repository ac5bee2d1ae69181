import { inspect } from 'node:util';

const MAX_CAUSES = 10;

/**
 * An error in one line with everything that led to it: `could not list the topics: connect ECONNREFUSED 127.0.0.1:19092`.
 */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current !== undefined; depth++) {
    const message = messageOf(current);
    // Many wrap an error and repeat its message.
    if (!parts.some((part) => part.includes(message))) parts.push(message);
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(': ') || 'unknown error';
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error))
    return typeof error === 'string' ? error : inspect(error, { breakLength: Infinity });
  if (error.message !== '') return error.message;
  // A connection that was tried at several addresses fails with several errors and no message.
  if (error instanceof AggregateError) return error.errors.map(describeError).join(', ');
  return error.name;
}
