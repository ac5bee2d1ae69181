import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, makeFolder, type LockOptions } from '@client-tickets/local-folder';
import {
  ObjectStoreError,
  type ConditionalPutResult,
  type ObjectPart,
  type ObjectStore,
  type PutOptions,
  type StoredObject,
  type StoreReader,
} from '@client-tickets/micro-batch';
import { bufferedUpload } from '../buffered-upload.ts';
import { assertKey, assertPrefix } from '../key.ts';
import type { FolderLocation } from '../location.ts';
import {
  createRequestLoop,
  objectStoreError,
  type Answer,
  type RequestLoop,
  type RequestOptions,
  type StoreOperation,
} from '../request-loop.ts';
import { UploadMemory } from '../upload-memory.ts';
import { assertMetadata } from '../user-metadata.ts';
import { localDisk, type Disk } from './disk.ts';
import { explainFolderFailure } from './folder-failure.ts';
import { folderLayout, type FolderLayout } from './folder-layout.ts';
import { listFolder, readEntries, type FolderEntry } from './folder-listing.ts';
import {
  contentHash,
  etagOf,
  findFile,
  findObject,
  readObject,
  readPart,
  type PresentObject,
} from './folder-object.ts';
import { createFolderWriter } from './folder-writer.ts';
import { joinFolder } from './shared-folder.ts';

/** The condition of a put did not hold. */
const LOST: Answer<ConditionalPutResult> = { result: 'lost', value: undefined };
/** So much of an upload is kept in memory. */
const PART_BYTES = 1024 * 1024;

export interface FolderStoreOptions extends RequestOptions, LockOptions {
  /** Default: that of the machine. Tests use one that fails. */
  readonly disk?: Disk;
}

/**
 * Opens a folder to read and write, makes it when it is not there, and locks it for this process (see `acquireFolderLock`).
 * Rejects with `ObjectStoreError` (`refused`) when another process has it.
 */
export async function openFolderStore(
  location: FolderLocation,
  options: FolderStoreOptions = {},
): Promise<ObjectStore> {
  const { disk = localDisk } = options;
  const explain = (what: string) => (error: unknown) => explainFolderFailure(error, location.text, what);
  const folder = await makeFolder(location.path)
    .then(() => joinFolder(location.path, location.text, options))
    .catch((error: unknown) => {
      throw objectStoreError(explain('open the folder')(error));
    });
  const { layout, lock, writers, swapped } = folder;
  const requests = createRequestLoop(location.text, options);
  const writer = createFolderWriter(layout, disk, lock);
  const uploadMemory = new UploadMemory(PART_BYTES);

  /** One writer of a key at a time, from reading what is there to having replaced it. */
  async function change<T>(
    operation: StoreOperation,
    key: string,
    task: (last: PresentObject | undefined) => Promise<Answer<T>>,
  ): Promise<T> {
    assertKey(key);
    const attempt = (): Promise<Answer<T>> =>
      writers.run(key, () => {
        const last = swapped.get(key);
        swapped.delete(key); // not known again before the change is whole
        return task(last);
      });
    return requests.perform({ operation, attempt, explain: explain(`${operation} ${key}`) });
  }

  async function put(key: string, body: Uint8Array, { metadata = {} }: PutOptions = {}): Promise<void> {
    assertMetadata(metadata);
    await change<void>('put', key, async () => {
      await writer.write(key, body, metadata);
      return { result: 'ok', value: undefined, bytes: body.byteLength };
    });
  }

  /** Once: bytes that are appended again would be there twice. */
  async function attempt(operation: StoreOperation, name: string, task: () => Promise<void>): Promise<void> {
    await task().catch((error: unknown) => {
      throw objectStoreError(explain(`${operation} ${name}`)(error));
    });
  }

  let left: Promise<void> | undefined;
  return {
    ...folderReader(location, layout, requests),
    put,
    beginUpload: () =>
      bufferedUpload({
        partBytes: PART_BYTES,
        memory: uploadMemory,
        put: (key, [body = new Uint8Array()]) => put(key, body), // one piece: it is as large as a part
        beginParts: async () => {
          const parts = writer.beginParts();
          return {
            add: (part) => attempt('put', 'a part', () => parts.add(part)),
            complete: (key, last) =>
              change<void>('put', key, async () => {
                await parts.complete(key, last);
                return { result: 'ok', value: undefined };
              }),
            abort: () => parts.abort(),
          };
        },
      }),
    // Opening the folder has removed them: one process has it at a time.
    abortUploads: () => Promise.resolve(),
    putIfAbsent: async (key, body, { metadata = {} } = {}) => {
      assertMetadata(metadata);
      return change('put-if-absent', key, async () =>
        (await writer.create(key, body, metadata))
          ? {
              result: 'ok',
              value: { etag: etagOf(contentHash(body), metadata) },
              bytes: body.byteLength,
            }
          : LOST,
      );
    },
    putIfMatch: async (key, body, etag, { metadata = {} } = {}) => {
      assertMetadata(metadata);
      return change('put-if-match', key, async (last) => {
        const present = await findObject(layout, key, last);
        if (present?.etag !== etag) return LOST;
        const content = contentHash(body);
        const next = { content, metadata, etag: etagOf(content, metadata) };
        await writer.replace(key, body, next, present);
        const file = await findFile(layout.objectPath(key));
        const hasMetadataFile = present.hasMetadataFile || Object.keys(metadata).length > 0;
        if (file !== undefined) swapped.set(key, { ...next, hasMetadataFile, file });
        return { result: 'ok', value: { etag: next.etag }, bytes: body.byteLength };
      });
    },
    delete: async (key) => {
      await change<void>('delete', key, async () => {
        await writer.remove(key);
        return { result: 'ok', value: undefined };
      });
    },
    close: async () => {
      requests.close();
      left ??= folder.leave().catch((error: unknown) => {
        throw objectStoreError(explain('close the folder')(error));
      });
      await left;
    },
  };
}

/** Opens a folder for tools that only look: without a lock, beside the process that has one. */
export async function openFolderReader(
  location: FolderLocation,
  options: FolderStoreOptions = {},
): Promise<StoreReader> {
  const found = await stat(location.path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw objectStoreError(explainFolderFailure(error, location.text, 'open the folder'));
  });
  if (found?.isDirectory() !== true) {
    throw new ObjectStoreError('refused', `${location.text}: there is no such folder. Check the path.`);
  }
  const requests = createRequestLoop(location.text, options);
  return {
    ...folderReader(location, folderLayout(location.path), requests),
    close: async () => requests.close(),
  };
}

function folderReader(
  location: FolderLocation,
  layout: FolderLayout,
  requests: RequestLoop,
): Omit<StoreReader, 'close'> {
  const explain = (what: string) => (error: unknown) => explainFolderFailure(error, location.text, what);
  return {
    location: location.text,
    get: async (key, options = {}) => {
      assertKey(key);
      const attempt = async (): Promise<Answer<StoredObject | undefined>> => {
        const value = await readObject(layout, key, { location: location.text, ...options });
        if (value === undefined) return { result: 'missing', value };
        return { result: 'ok', value, bytes: value.body.byteLength };
      };
      return requests.perform({ operation: 'get', attempt, explain: explain(`get ${key}`) });
    },
    getPart: async (key, range) => {
      assertKey(key);
      const attempt = async (): Promise<Answer<ObjectPart | undefined>> => {
        const value = await readPart(layout, key, range);
        if (value === undefined) return { result: 'missing', value };
        return { result: 'ok', value, bytes: value.body.byteLength };
      };
      return requests.perform({ operation: 'get', attempt, explain: explain(`get ${key}`) });
    },
    list: async function* (prefix) {
      assertPrefix(prefix);
      yield* listFolder(prefix, (folderKey) => {
        const attempt = async (): Promise<Answer<readonly FolderEntry[]>> => ({
          result: 'ok',
          value: await readEntries(join(layout.root, folderKey)),
        });
        return requests.perform({ operation: 'list', attempt, explain: explain(`list ${folderKey}`.trim()) });
      });
    },
  };
}
