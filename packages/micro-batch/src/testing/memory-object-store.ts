import { createHash } from 'node:crypto';
import {
  assertSize,
  ObjectStoreError,
  partOf,
  type ConditionalPutResult,
  type ObjectStore,
  type PutOptions,
  type StoredObject,
} from '../ports/object-store.ts';

/** The objects of a `MemoryObjectStore`: several stores may share them, as several consumers share a bucket. */
export class MemoryObjects {
  readonly objects = new Map<string, StoredObject>();
  /** What was written of uploads that are not complete, by owner. */
  readonly uploads = new Map<{ readonly begunAt: number }, string>();
  /** When uploads are begun, in milliseconds since the epoch. Default: long ago. */
  now: () => number = () => 0;
  #writes = 0;
  /** ETags that stand for the bytes alone, as S3 has them: what was there before gets its former ETag back. */
  hasContentEtags = false;
  /** Called after each write that took effect, for invariants that must hold at every moment. */
  onWrite: (key: string) => void = () => undefined;

  /** Sorted: all, or those that the pattern fits. */
  keys(pattern = /^/): readonly string[] {
    return [...this.objects.keys()].filter((key) => pattern.test(key)).sort();
  }

  /** None where there is no such object. */
  bytes(key: string): Uint8Array {
    return this.objects.get(key)?.body ?? new Uint8Array();
  }

  text(key: string): string {
    return Buffer.from(this.bytes(key)).toString();
  }

  remove(pattern: RegExp): void {
    for (const key of this.keys(pattern)) this.objects.delete(key);
  }

  copy(): MemoryObjects {
    const copy = new MemoryObjects();
    for (const [key, object] of this.objects) copy.objects.set(key, object);
    return copy;
  }

  /** Text is written in UTF-8. */
  write(key: string, content: Uint8Array | string, options: PutOptions = {}): { readonly etag: string } {
    const body = typeof content === 'string' ? Buffer.from(content) : content;
    const etag = this.hasContentEtags
      ? `"${createHash('md5').update(body).digest('hex')}"`
      : `"${++this.#writes}"`;
    this.objects.set(key, { body: Uint8Array.from(body), etag, metadata: { ...options.metadata } });
    this.onWrite(key);
    return { etag };
  }
}

/** An `ObjectStore` in memory that keeps the port's contract. */
export function createMemoryObjectStore(
  location = 'memory://results/',
  shared = new MemoryObjects(),
): ObjectStore {
  const { objects } = shared;
  const conditionally = (
    holds: boolean,
    key: string,
    body: Uint8Array,
    options?: PutOptions,
  ): Promise<ConditionalPutResult> => Promise.resolve(holds ? shared.write(key, body, options) : undefined);
  return {
    location,
    async get(key, options = {}) {
      const found = objects.get(key);
      assertSize(location, key, found?.body.byteLength ?? 0, options);
      return Promise.resolve(found);
    },
    getPart: (key, range) => Promise.resolve(partOf(objects.get(key), range)),
    put(key, body, options) {
      shared.write(key, body, options);
      return Promise.resolve();
    },
    putIfAbsent: (key, body, options) => conditionally(!objects.has(key), key, body, options),
    putIfMatch: (key, body, etag, options) =>
      conditionally(objects.get(key)?.etag === etag, key, body, options),
    beginUpload: ({ owner, ...options }) => {
      const upload = { begunAt: shared.now() };
      let parts: Uint8Array[] = [];
      let isAborted = false;
      const checkHere = (): void => {
        if (isAborted || (parts.length > 0 && !shared.uploads.has(upload)))
          throw new ObjectStoreError('unavailable', `${location}: this upload is gone`);
      };
      return {
        async write(bytes) {
          checkHere();
          shared.uploads.set(upload, owner);
          parts.push(Uint8Array.from(bytes));
        },
        async complete(key) {
          checkHere();
          shared.uploads.delete(upload);
          shared.write(key, Buffer.concat(parts), options);
        },
        async abort() {
          isAborted = true;
          parts = [];
          shared.uploads.delete(upload);
        },
      };
    },
    async abortUploads(owner, { begunBefore = Infinity } = {}) {
      for (const [upload, its] of shared.uploads)
        if (its === owner && upload.begunAt < begunBefore) shared.uploads.delete(upload);
    },
    async *list(prefix) {
      for (const key of [...objects.keys()].filter((candidate) => candidate.startsWith(prefix)).sort()) {
        yield await Promise.resolve({ key, size: objects.get(key)?.body.byteLength ?? 0 });
      }
    },
    delete(key) {
      objects.delete(key);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
