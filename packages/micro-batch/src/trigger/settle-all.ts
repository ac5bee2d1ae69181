import { ObjectStoreError } from '../ports/object-store.ts';

/** Does the work for all at once; those whose store does not answer drop out. */
export type Each = <Q, T>(items: readonly Q[], work: (item: Q) => Promise<T>) => Promise<readonly T[]>;

/** Runs `work` for all at once and waits for all. An unavailable store is noted; anything else is thrown at the end. */
export async function settleAll<Q, T>(
  items: readonly Q[],
  work: (item: Q) => Promise<T>,
  failures: ObjectStoreError[],
): Promise<readonly T[]> {
  const results = await Promise.allSettled(items.map(work));
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [result.value];
    const reason: unknown = result.reason;
    if (!(reason instanceof ObjectStoreError) || reason.code !== 'unavailable') throw reason;
    failures.push(reason);
    return [];
  });
}
