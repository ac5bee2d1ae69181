import { ObjectStoreError, silentLogger } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, ManualClock } from '@client-tickets/micro-batch/testing';
import { expect, test } from 'vitest';
import { isSameBucket, waitForStore } from '../src/open-stores.ts';

/** A store that fails the first `failures` creations, then works. */
function createFailingStore(failures: number, code: 'unavailable' | 'refused') {
  const store = createMemoryObjectStore('s3a://tickets/results/');
  let left = failures;
  return {
    ...store,
    putIfAbsent: (...put: Parameters<typeof store.putIfAbsent>) =>
      left-- > 0
        ? Promise.reject(new ObjectStoreError(code, 'connection refused'))
        : store.putIfAbsent(...put),
  };
}

async function waitWith(store: ReturnType<typeof createFailingStore>, timeoutMs: number): Promise<string> {
  const clock = new ManualClock();
  const { signal } = new AbortController();
  const outcomes: string[] = [];
  waitForStore(store, { clock, logger: silentLogger, timeoutMs, signal, hasRaces: true }).then(
    () => outcomes.push('answered'),
    (error: Error) => outcomes.push(error.message),
  );
  while (outcomes.length === 0) {
    await new Promise(setImmediate);
    clock.advanceToNext();
  }
  return outcomes.join();
}

test('a store that is not there yet is waited for', async () => {
  expect(await waitWith(createFailingStore(5, 'unavailable'), 60_000)).toBe('answered');
});

test('a store that stays away is named when the time is over', async () => {
  const outcome = await waitWith(createFailingStore(Infinity, 'unavailable'), 60_000);
  expect(outcome).toBe('s3a://tickets/results/ did not answer for 60 s: connection refused');
});

test('a store that refuses is not waited for', async () => {
  expect(await waitWith(createFailingStore(1, 'refused'), 60_000)).toBe('connection refused');
});

test.each([
  ['s3a://tickets/results/', 's3a://tickets/checkpoints/', true],
  ['s3a://tickets/results/', 's3://tickets/checkpoints/', true],
  ['s3a://tickets/results/', 's3a://others/checkpoints/', false],
  ['file:///data/results/', 'file:///data/checkpoints/', false],
  ['file:///data/results/', 's3a://data/checkpoints/', false],
])('%s and %s are in one bucket: %s', (results, checkpoints, expected) => {
  const [a, b] = [createMemoryObjectStore(results), createMemoryObjectStore(checkpoints)];
  expect(isSameBucket(a, b)).toBe(expected);
});
