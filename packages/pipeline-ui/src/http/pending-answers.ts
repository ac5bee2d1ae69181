import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { ApiError } from '../api/api-error.ts';

/**
 * Refuses with 503 while `most` answers have not been taken by their clients. An answer is in memory until its client has
 * read it, and a client that never reads is cut off only after a while: without this bound, memory would grow with clients.
 */
export function limitPendingAnswers(most: number): MiddlewareHandler<{ Bindings: Partial<HttpBindings> }> {
  let pending = 0;
  return async (c, next) => {
    const outgoing = c.env?.outgoing; // there is none where the app is called without a server
    if (outgoing !== undefined) {
      if (pending >= most)
        throw new ApiError('busy', 'too many answers are still being read; try again later');
      pending += 1;
      outgoing.once('close', () => (pending -= 1));
    }
    await next();
  };
}
