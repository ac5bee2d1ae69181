import {
  ObjectStoreError,
  type CountedState,
  type CountedStates,
  type ObjectStore,
  type ResultPublisher,
} from '@client-tickets/micro-batch';
import { emptyCounts, mergeCounts, type Counts, type CountsFile, type Query } from '@client-tickets/records';
import { encodeOffsets, parseEndOffsets, type EndOffsets } from './layout/end-offsets.ts';
import { encodeCountsFile } from './counts-file-body.ts';
import { JSON_LINES_TYPE } from './json-lines.ts';
import { countsKey } from './layout/result-keys.ts';

const MOST_ATTEMPTS = 10;

/** A version of a counts file. Without `etag` there is no file yet; without `endOffsets` the file does not say. */
interface Version {
  readonly etag: string | undefined;
  readonly body: Uint8Array;
  readonly endOffsets: EndOffsets | undefined;
}

type Counted = ReadonlyMap<number, CountedState<Counts>>;

/**
 * Publishes the counts files of a query, each in one request. Their user
 * metadata says what they count (`encodeOffsets`).
 *
 * **What a reader sees never goes backwards**, however many publishers there are and however late. For each file:
 *
 * 1. Take the version that is published, with its ETag: as this publisher last saw it, or else read now.
 * 2. **Only then** read the counted states. If they are behind that version in some partition, or the version does
 *    not say, read every partition from its checkpoint (`refresh`). The version was made of states that had been
 *    counted by then, and checkpoints only move forward: so what `refresh` returns is at least as far in each
 *    partition. States that were read before the version would prove nothing.
 * 3. If the counts are the same, write nothing. Else replace the file on the condition that it still is the version
 *    of step 1: what is replaced is what was compared with.
 * 4. If it is not, another consumer was first: begin again.
 *
 * **An ETag stands for bytes, not for metadata**, so the argument needs every version to have bytes of its own. It has:
 * counts only grow, and step 3 writes no version with the same counts as the one before. This is why records that
 * change no count (dead letters) do not move the published end offsets: the next ticket does.
 *
 * A write whose answer got lost rejects with `unavailable`; the next call reads what became of it. Should it arrive
 * later still, its condition fails. For that reason nothing here takes "the same bytes are there" for "mine arrived",
 * as `compareAndSwap` does: the metadata may be another consumer's.
 *
 * Rejects with an `ObjectStoreError`: the store's own; `unavailable` when others were first ten times in a row;
 * `refused` when what is published counts records that no checkpoint has counted.
 */
export function createCountsPublisher(options: {
  readonly query: Query;
  readonly store: ObjectStore;
  readonly topic: string;
}): ResultPublisher<Counts> {
  const { query, store, topic } = options;
  const lastSeen = new Map<CountsFile, Version>();

  async function readVersion(file: CountsFile): Promise<Version> {
    const found = await store.get(countsKey(file.name));
    if (found === undefined) return { etag: undefined, body: new Uint8Array(), endOffsets: new Map() };
    return { etag: found.etag, body: found.body, endOffsets: parseEndOffsets(found.metadata) };
  }

  /** Step 3. `false`: another consumer was first. */
  async function replace(file: CountsFile, version: Version, counted: Counted): Promise<boolean> {
    const body = encodeCountsFile(file, mergeStates(query, counted));
    if (version.etag !== undefined && Buffer.compare(body, version.body) === 0) {
      lastSeen.set(file, version);
      return true;
    }
    lastSeen.delete(file); // unknown until the answer is there
    const endOffsets = endOffsetsOf(counted);
    const metadata = { topic, ...encodeOffsets(endOffsets, storedOffsetsOf(counted)) };
    const put = { contentType: JSON_LINES_TYPE, metadata };
    const written =
      version.etag === undefined
        ? await store.putIfAbsent(countsKey(file.name), body, put)
        : await store.putIfMatch(countsKey(file.name), body, version.etag, put);
    if (written !== undefined) lastSeen.set(file, { etag: written.etag, body, endOffsets });
    return written !== undefined;
  }

  async function publish(states: CountedStates<Counts>): Promise<void> {
    let files = query.countsFiles;
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const versions = await Promise.all(
        files.map(async (file) => ({ file, version: lastSeen.get(file) ?? (await readVersion(file)) })),
      );
      let counted = await states.read();
      if (versions.some(({ version }) => !reaches(counted, version.endOffsets))) {
        counted = await states.refresh();
        for (const { file, version } of versions) checkReached(counted, file, version);
      }

      const lost: CountsFile[] = [];
      const outcomes = await Promise.allSettled(
        versions.map(async ({ file, version }) => {
          if (!(await replace(file, version, counted))) lost.push(file);
        }),
      );
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      if (lost.length === 0) return;
      files = lost;
    }
    throw new ObjectStoreError(
      'unavailable',
      `${store.location}: others replaced ${files.map(({ name }) => countsKey(name)).join(', ')} first, ${MOST_ATTEMPTS} times in a row`,
    );
  }

  /** After `refresh` only a version that does not belong to these checkpoints can be ahead of them. */
  function checkReached(counted: Counted, { name }: CountsFile, { endOffsets }: Version): void {
    if (endOffsets === undefined || reaches(counted, endOffsets)) return;
    throw new ObjectStoreError(
      'refused',
      `${store.location}${countsKey(name)} counts ${topic} up to ${show(endOffsets)} (partition:offset), but the checkpoints have ` +
        `committed up to ${show(endOffsetsOf(counted))}: it comes from other checkpoints, or these were set back. ` +
        'Restore them, or write to another results location.',
    );
  }

  return { publish };
}

function mergeStates(query: Query, counted: Counted): Counts {
  return [...counted.values()].reduce((merged, { state }) => mergeCounts(merged, state), emptyCounts(query));
}

function endOffsetsOf(counted: Counted): EndOffsets {
  return new Map([...counted].map(([partition, { endOffset }]) => [partition, endOffset]));
}

function storedOffsetsOf(counted: Counted): EndOffsets {
  return new Map([...counted].map(([partition, { storedOffset }]) => [partition, storedOffset]));
}

function reaches(counted: Counted, endOffsets: EndOffsets | undefined): boolean {
  if (endOffsets === undefined) return false;
  return [...endOffsets].every(([partition, offset]) => (counted.get(partition)?.endOffset ?? 0n) >= offset);
}

function show(endOffsets: EndOffsets): string {
  return [...endOffsets].map(([partition, offset]) => `${partition}:${offset}`).join(' ') || 'nothing';
}
