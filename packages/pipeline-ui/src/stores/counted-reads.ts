import { readOnlyStore, type ObjectStore } from '@client-tickets/micro-batch';
import type { RequestCounter } from './request-counter.ts';

/** Nothing that the engine writes comes near; what others have put there must not cost the consumer its memory. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The engine's store as the UI sees it: its reads are told apart from the engine's, and it can change nothing. */
export function countReads(store: ObjectStore, requests: RequestCounter): ObjectStore {
  return readOnlyStore({
    location: store.location,
    async get(key, options) {
      try {
        return await store.get(key, { mostBytes: MOST_BYTES, ...options });
      } finally {
        requests.addOwn('get');
      }
    },
    async getPart(key, range) {
      try {
        return await store.getPart(key, range);
      } finally {
        requests.addOwn('get');
      }
    },
    async *list(prefix) {
      try {
        yield* store.list(prefix);
      } finally {
        requests.addOwn('list');
      }
    },
    close: () => Promise.resolve(),
  });
}
