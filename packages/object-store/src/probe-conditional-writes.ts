import { randomUUID } from 'node:crypto';
import {
  ObjectStoreError,
  type ConditionalPutResult,
  type ObjectStore,
  type StoredObject,
} from '@client-tickets/micro-batch';

const METADATA = { probe: 'conditional-writes' };

/** A store that first checks and then writes lets both writers win most races nearby, and some of ten over a slow network. */
const RACES = 10;

/**
 * Finds out, before anything else is written, whether a store keeps what exactly-once rests on: `If-None-Match: *` and `If-Match`,
 * also when two writers come at the same moment; reads that see the latest write; user metadata. It writes, reads and deletes
 * one small object, `_probe-<probeId>`, which readers ignore.
 *
 * It takes 58 requests, 44 of them puts: 6 to try each condition alone, 5 for each of ten rounds of races, 2 at the end. On AWS
 * that is US$ 0.0003, so every start can afford it. Without races (`hasRaces`), where another location in the same bucket has
 * shown how it takes them, it is 7.
 *
 * Rejects with `ObjectStoreError`: `refused` for a store that does not keep it, or may not be written; `unavailable` when it did
 * not answer, and the probe can be tried again.
 */
export async function probeConditionalWrites(
  store: ObjectStore,
  {
    probeId = randomUUID(),
    hasRaces = true,
  }: { readonly probeId?: string; readonly hasRaces?: boolean } = {},
): Promise<void> {
  const key = `_probe-${probeId}`;
  try {
    await tryAlone(store, key);
    // In a folder one process writes, and its writers take turns: nothing races, and each put would be synced.
    if (hasRaces && !store.location.startsWith('file:')) await tryRaces(store, key);
  } catch (error) {
    // The probe's own finding matters more than what became of its object.
    await store.delete(key).catch(() => {});
    throw error;
  }
  await store.delete(key);
}

/** Each condition, once met and once broken, by one writer. */
async function tryAlone(store: ObjectStore, key: string): Promise<void> {
  const put = (version: string): [string, Uint8Array] => [key, content(version)];
  const metadata = { metadata: METADATA };
  const expect = (held: boolean, found: string): void => {
    if (!held) throw unfit(store.location, found);
  };
  const read = async (version: string): Promise<StoredObject> => {
    const found = await store.get(key);
    if (found === undefined || Buffer.compare(found.body, content(version)) !== 0) {
      throw unfit(store.location, 'does not show the latest write to the next read');
    }
    expect(found.metadata['probe'] === METADATA.probe, 'loses the user metadata of an object');
    return found;
  };

  const created = await store.putIfAbsent(...put('1'), metadata);
  expect(created !== undefined, 'says that there is an object where there is none (If-None-Match: *)');
  expect((await store.putIfAbsent(...put('2'), metadata)) === undefined, 'ignores If-None-Match: *');
  const first = await read('1');
  const swapped = await store.putIfMatch(...put('3'), first.etag, metadata);
  expect(swapped !== undefined, 'does not know its own ETag again (If-Match)');
  expect((await store.putIfMatch(...put('4'), first.etag, metadata)) === undefined, 'ignores If-Match');
  const second = await read('3');
  expect(second.etag === swapped?.etag, 'answers a write with one ETag and a read with another');
}

/** Two writers at the same moment, each condition in turn. No two contents are the same, so an ETag tells whose was kept. */
async function tryRaces(store: ObjectStore, key: string): Promise<void> {
  let kept = '';
  for (let round = 1; round <= RACES; round++) {
    await store.delete(key);
    kept = await race(store, 'If-None-Match: *', (writer) =>
      store.putIfAbsent(key, content(`${round} create ${writer}`)),
    );
    kept = await race(store, 'If-Match', (writer) =>
      store.putIfMatch(key, content(`${round} swap ${writer}`), kept),
    );
  }
  if ((await store.get(key))?.etag !== kept) {
    throw unfit(store.location, 'keeps what it told a writer not to have written');
  }
}

/** Resolves to the ETag of the one that won. */
async function race(
  store: ObjectStore,
  condition: string,
  write: (writer: string) => Promise<ConditionalPutResult>,
): Promise<string> {
  // Both are awaited, or the one under way would bring the object back after it was deleted.
  const outcomes = await Promise.allSettled([write('a'), write('b')]);
  const won = outcomes.flatMap((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value ?? [];
  });
  const [winner] = won;
  if (won.length > 1) {
    throw unfit(store.location, `lets both of two writers win that come at the same moment (${condition})`);
  }
  if (winner === undefined) {
    // Nothing is lost by it, and a store under load may do so.
    throw new ObjectStoreError(
      'unavailable',
      `${store.location}: of two writers that came at the same moment neither won (${condition}).`,
    );
  }
  return winner.etag;
}

function content(version: string): Uint8Array {
  return Buffer.from(`probe ${version}\n`);
}

function unfit(location: string, found: string): ObjectStoreError {
  return new ObjectStoreError(
    'refused',
    `${location} cannot be used: the store ${found}, so two consumers could overwrite each other's work. Use a store whose ` +
      'conditional writes are known to hold (AWS S3, SeaweedFS 4.48, MinIO, versitygw), or a local folder.',
  );
}
