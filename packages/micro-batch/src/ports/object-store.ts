/**
 * An object as it was read. `etag` stands for exactly these bytes, and for nothing else: on S3 another `metadata` with the
 * same body has the same ETag. `metadata` is what was stored with them.
 */
export interface StoredObject {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Which bytes of an object are read: from `start` to before `end`, or to the end of the object where that comes first. */
export interface PartRange {
  readonly start: number;
  /** Greater than `start`. */
  readonly end: number;
  /** Of an earlier part: only the same object will do, not one that has replaced it. Default: whichever is there. */
  readonly version?: string;
}

/** Some of an object's bytes. */
export interface ObjectPart {
  readonly body: Uint8Array;
  /** Of the whole object, in bytes. */
  readonly size: number;
  /** Stands for this object as long as it is not replaced, be it by the same bytes. Not to be mixed up with `etag`, which a folder has to read all bytes for. */
  readonly version: string;
}

export interface ListedObject {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
}

export interface GetOptions {
  /** Of the body. A larger object is refused before it is read. Default: no limit. */
  readonly mostBytes?: number;
}

export interface PutOptions {
  readonly contentType?: string;
  /** Names in lower case. Values are ASCII, not empty, without outer blanks. At most 2 kB together (S3's limit). */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface UploadOptions {
  readonly contentType?: string;
  /** Whose upload it is, for `abortUploads`: a name such as `partition-0`. */
  readonly owner: string;
}

/**
 * An object that comes in pieces, and whose key may not be known before its end. It is seen whole, once it is complete, or never.
 * Memory holds a few megabytes of it. Each call is made after the one before has settled; after a rejection only `abort` is called.
 */
export interface Upload {
  /** Adds bytes, which are copied or sent by the time it resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes it the object of this key, as a `put` does. Nothing else is called after it. */
  complete(key: string): Promise<void>;
  /** Throws away what was written. Never rejects: what can't be removed now, `abortUploads` finds. */
  abort(): Promise<void>;
}

/** `undefined`: the condition did not hold, nothing was written (S3's 412). */
export type ConditionalPutResult = { readonly etag: string } | undefined;

/**
 * Objects under one location, addressed by keys such as `tickets/partition=0/a.json`: relative, `/`-separated, no part
 * beginning with a dot.
 *
 * Contract, kept by S3 and by a local folder alike:
 * - An object is seen whole or not at all, and is durable once a put has resolved. Reads see the latest write.
 * - `get`, `getPart`, `put`, `list` and `delete` try again by themselves when that can help. A conditional put does so only while it
 *   is certain that nothing was written (S3's 409, throttling, a refused connection).
 * - Every rejection is an `ObjectStoreError`. After code `unavailable` a put **may have taken effect**: read back before
 *   trying again (`compareAndSwap` of this package does).
 */
export interface ObjectStore {
  /** For people, with the scheme: `s3a://client-tickets/results/`, `file:///data/results/`. Ends with `/`. */
  readonly location: string;
  /** `undefined` when there is no such object. */
  get(key: string, options?: GetOptions): Promise<StoredObject | undefined>;
  /**
   * Part of an object, for those who need not hold all of a large one. `undefined` when there is no such object, it is no longer of
   * this `version`, or it ends before `start`. Costs a request, as `get` does, and is tried again as `get` is.
   */
  getPart(key: string, range: PartRange): Promise<ObjectPart | undefined>;
  /** Creates or replaces. Writing the same bytes again is harmless. */
  put(key: string, body: Uint8Array, options?: PutOptions): Promise<void>;
  /** Creates, if there is no such object (`If-None-Match: *`). */
  putIfAbsent(key: string, body: Uint8Array, options?: PutOptions): Promise<ConditionalPutResult>;
  /** Replaces, if the object still is the one with this ETag (`If-Match`). */
  putIfMatch(
    key: string,
    body: Uint8Array,
    etag: string,
    options?: PutOptions,
  ): Promise<ConditionalPutResult>;
  /** Nothing is sent before there are a few megabytes, or it is complete. */
  beginUpload(options: UploadOptions): Upload;
  /**
   * Throws away what uploads of this owner have left behind, those of processes that died included. One that is still under way
   * then rejects. With `begunBefore` (milliseconds since the epoch) those that were begun later, by the store's clock, are left alone.
   * What the store can't list, or not with its time, stays, and does no harm.
   */
  abortUploads(owner: string, options?: { readonly begunBefore?: number }): Promise<void>;
  /** Objects whose key starts with `prefix`, in ascending order of key. */
  list(prefix: string): AsyncIterable<ListedObject>;
  /** Succeeds also when there is no such object. */
  delete(key: string): Promise<void>;
  /** Lets go of connections and locks. */
  close(): Promise<void>;
}

/**
 * - `unavailable`: did not answer, or answered that it can't now; it may have done what was asked. Worth trying later.
 * - `refused`: will not work until something is changed (credentials, bucket, permission, disk full, lock held).
 */
export type ObjectStoreErrorCode = 'unavailable' | 'refused';

export class ObjectStoreError extends Error {
  override readonly name = 'ObjectStoreError';
  readonly code: ObjectStoreErrorCode;

  constructor(code: ObjectStoreErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Throws what every store rejects a `get` with that asks for at most `mostBytes` of an object that is larger. */
export function assertSize(
  location: string,
  key: string,
  size: number,
  { mostBytes = Infinity }: GetOptions,
): void {
  if (size <= mostBytes) return;
  throw new ObjectStoreError(
    'refused',
    `${location}${key} has ${size} bytes, at most ${mostBytes} were expected; it was not read. Did this pipeline write it?`,
  );
}

/** What `getPart` gives of an object that is in memory, and whose ETag is its version. */
export function partOf(object: StoredObject | undefined, range: PartRange): ObjectPart | undefined {
  const { start, end, version } = range;
  if (object === undefined || (version !== undefined && version !== object.etag)) return undefined;
  const { body, etag } = object;
  return start < body.byteLength
    ? { body: body.subarray(start, end), size: body.byteLength, version: etag }
    : undefined;
}
