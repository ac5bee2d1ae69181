import {
  ObjectStoreError,
  type CountedState,
  type CountedStates,
  type ObjectStore,
  type PublishOptions,
  type ResultPublisher,
} from '@client-tickets/micro-batch';
import type { Query, QueryState } from '@client-tickets/records';
import { parseEndOffsets, parseWatermarks, type EndOffsets } from './layout/end-offsets.ts';
import { CONTENT_TYPES } from './layout/result-keys.ts';
import { createPublishedFiles, endOffsetsOf, watermarksOf, type PublishedFile } from './published-files.ts';

const MOST_ATTEMPTS = 10;

/** A version of a counts file. Without `etag` there is no file yet; without `endOffsets` the file does not say. */
interface Version {
  readonly etag: string | undefined;
  readonly body: Uint8Array;
  readonly endOffsets: EndOffsets | undefined;
  /** Of a file of windows: an idle partition's may rise while its end offset stays. */
  readonly watermarks: ReadonlyMap<number, number> | undefined;
}

type Counted = ReadonlyMap<number, CountedState<QueryState>>;

export interface CountsPublisher extends ResultPublisher<QueryState> {
  /**
   * No state needs windows that end by then, in milliseconds since the epoch; `-Infinity`: none are known. They are put for good, and
   * final for longer than they are shown.
   */
  droppableUntil(): number;
}

/**
 * Publishes the counts files of a query and its file of windows, each in one request; the latter not while more follows. Their user
 * metadata says what they count (`encodeOffsets`, `encodeProgress`).
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
 * change no count (dead letters) do not move the published end offsets: the next ticket does. Windows also become final, once, and
 * leave the file, once.
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
}): CountsPublisher {
  const { query, store, topic } = options;
  const published = createPublishedFiles(query, store);
  const lastSeen = new Map<PublishedFile, Version>();

  async function readVersion({ key, hasWatermarks }: PublishedFile): Promise<Version> {
    const found = await store.get(key);
    const none = new Map<number, never>();
    if (found === undefined)
      return { etag: undefined, body: new Uint8Array(), endOffsets: none, watermarks: none };
    const { etag, body, metadata } = found;
    const watermarks = hasWatermarks ? parseWatermarks(metadata) : none;
    return { etag, body, endOffsets: parseEndOffsets(metadata), watermarks };
  }

  /** Step 3. `false`: another consumer was first. */
  async function replace(
    file: PublishedFile,
    version: Version,
    counted: Counted,
    partitions: readonly number[],
  ): Promise<boolean> {
    const body = file.encode(counted, partitions);
    if (version.etag !== undefined && Buffer.compare(body, version.body) === 0) {
      lastSeen.set(file, version);
      return true;
    }
    lastSeen.delete(file); // unknown until the answer is there
    const metadata = { topic, ...file.metadata(counted) };
    const put = { contentType: CONTENT_TYPES.json, metadata };
    const written =
      version.etag === undefined
        ? await store.putIfAbsent(file.key, body, put)
        : await store.putIfMatch(file.key, body, version.etag, put);
    if (written !== undefined)
      lastSeen.set(file, {
        etag: written.etag,
        body,
        endOffsets: endOffsetsOf(counted),
        watermarks: watermarksOf(counted),
      });
    return written !== undefined;
  }

  async function publish(
    states: CountedStates<QueryState>,
    { moreFollows = false }: PublishOptions = {},
  ): Promise<void> {
    let files = published.files.filter(({ mayWait }) => !moreFollows || !mayWait);
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const versions = await Promise.all(
        files.map(async (file) => ({ file, version: lastSeen.get(file) ?? (await readVersion(file)) })),
      );
      let counted = await states.read();
      if (versions.some(({ version }) => !reaches(counted, version))) {
        counted = await states.refresh();
        for (const { file, version } of versions) checkReached(counted, file, version);
      }

      const partitions = await states.listPartitions();
      const lost: PublishedFile[] = [];
      const outcomes = await Promise.allSettled(
        versions.map(async ({ file, version }) => {
          if (!(await replace(file, version, counted, partitions))) lost.push(file);
        }),
      );
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      if (lost.length === 0)
        return published.putFinal(counted, partitions, () => states.listPartitions('now'));
      files = lost;
    }
    throw new ObjectStoreError(
      'unavailable',
      `${store.location}: others replaced ${files.map(({ key }) => key).join(', ')} first, ${MOST_ATTEMPTS} times in a row`,
    );
  }

  /** After `refresh` only a version that does not belong to these checkpoints can be ahead of them. */
  function checkReached(counted: Counted, { key }: PublishedFile, version: Version): void {
    const { endOffsets, watermarks } = version;
    if (endOffsets === undefined || watermarks === undefined || reaches(counted, version)) return;
    throw new ObjectStoreError(
      'refused',
      `${store.location}${key} counts ${topic} up to ${show(endOffsets, watermarks)}, but the checkpoints have ` +
        `committed up to ${show(endOffsetsOf(counted), watermarksOf(counted))}: it comes from other checkpoints, or these were set back. ` +
        'Restore them, or write to another results location.',
    );
  }

  return { publish, droppableUntil: () => published.droppableUntil() };
}

function reaches(counted: Counted, { endOffsets, watermarks }: Version): boolean {
  if (endOffsets === undefined || watermarks === undefined) return false;
  const isCounted = [...endOffsets].every(
    ([partition, end]) => (counted.get(partition)?.endOffset ?? 0n) >= end,
  );
  const found = watermarksOf(counted);
  return (
    isCounted && [...watermarks].every(([partition, mark]) => (found.get(partition) ?? -Infinity) >= mark)
  );
}

function show(endOffsets: EndOffsets, watermarks: ReadonlyMap<number, number>): string {
  const marks = [...watermarks]
    .map(([partition, mark]) => `${partition}:${new Date(mark).toISOString()}`)
    .join(' ');
  const offsets =
    [...endOffsets].map(([partition, offset]) => `${partition}:${offset}`).join(' ') || 'nothing';
  return `${offsets} (partition:offset)${marks === '' ? '' : `, watermarks ${marks}`}`;
}
