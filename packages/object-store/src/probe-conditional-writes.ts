import { randomUUID } from 'node:crypto';
import { ObjectStoreError, type ObjectStore, type StoredObject } from '@client-tickets/micro-batch';

const METADATA = { probe: 'conditional-writes' };

/**
 * Finds out, before anything else is written, whether a store keeps what exactly-once rests on: `If-None-Match: *`, `If-Match`,
 * reads that see the latest write, and user metadata. It writes, reads and deletes one small object, `_probe-<probeId>`, which
 * readers ignore.
 *
 * Rejects with `ObjectStoreError`: `refused` for a store that does not keep it, or may not be written; `unavailable` when it did
 * not answer, and the probe can be tried again.
 */
export async function probeConditionalWrites(
  store: ObjectStore,
  probeId: string = randomUUID(),
): Promise<void> {
  const key = `_probe-${probeId}`;
  const put = (version: string): [string, Uint8Array] => [key, Buffer.from(`probe ${version}\n`)];
  const metadata = { metadata: METADATA };
  const expect = (held: boolean, found: string): void => {
    if (!held) throw unfit(store.location, found);
  };
  const read = async (version: string): Promise<StoredObject> => {
    const found = await store.get(key);
    const [, body] = put(version);
    if (found === undefined || Buffer.compare(found.body, body) !== 0) {
      throw unfit(store.location, 'does not show the latest write to the next read');
    }
    expect(found.metadata['probe'] === METADATA.probe, 'loses the user metadata of an object');
    return found;
  };

  try {
    const created = await store.putIfAbsent(...put('1'), metadata);
    expect(created !== undefined, 'says that there is an object where there is none (If-None-Match: *)');
    expect((await store.putIfAbsent(...put('2'), metadata)) === undefined, 'ignores If-None-Match: *');
    const first = await read('1');
    const swapped = await store.putIfMatch(...put('3'), first.etag, metadata);
    expect(swapped !== undefined, 'does not know its own ETag again (If-Match)');
    expect((await store.putIfMatch(...put('4'), first.etag, metadata)) === undefined, 'ignores If-Match');
    const second = await read('3');
    expect(second.etag === swapped?.etag, 'answers a write with one ETag and a read with another');
  } catch (error) {
    // The probe's own finding matters more than what became of its object.
    await store.delete(key).catch(() => {});
    throw error;
  }
  await store.delete(key);
}

function unfit(location: string, found: string): ObjectStoreError {
  return new ObjectStoreError(
    'refused',
    `${location} cannot be used: the store ${found}, so two consumers could overwrite each other's work. Use a store with ` +
      'conditional writes (AWS S3, SeaweedFS 4.48), or a local folder.',
  );
}
