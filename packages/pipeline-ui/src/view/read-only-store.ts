import { ObjectStoreError, type ObjectStore } from '@client-tickets/micro-batch';
import type { RequestLedger } from './request-ledger.ts';

/** The engine's store as the UI sees it: its reads are told apart from the engine's, and it can change nothing. */
export function readOnlyStore(store: ObjectStore, ledger: RequestLedger): ObjectStore {
  const refuse = (): Promise<never> =>
    Promise.reject(new ObjectStoreError('refused', `${store.location}: the pipeline UI only reads`));
  return {
    location: store.location,
    async get(key, options) {
      try {
        return await store.get(key, options);
      } finally {
        ledger.addOwn('get');
      }
    },
    async *list(prefix) {
      try {
        yield* store.list(prefix);
      } finally {
        ledger.addOwn('list');
      }
    },
    put: refuse,
    putIfAbsent: refuse,
    putIfMatch: refuse,
    delete: refuse,
    close: () => Promise.resolve(),
  };
}
