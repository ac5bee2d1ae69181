import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import {
  assertSize,
  type ConditionalPutResult,
  type GetOptions,
  type ListedObject,
  type ObjectPart,
  type ObjectStore,
  ObjectStoreError,
  type PartRange,
  type PutOptions,
  type StoredObject,
} from '@client-tickets/micro-batch';
import { assertKey, assertPrefix, compareKeys, isKey } from '../key.ts';
import type { S3Location } from '../location.ts';
import { bufferedUpload, type Pieces } from '../buffered-upload.ts';
import { createRequestLoop, type Answer, type RequestOptions, type StoreOperation } from '../request-loop.ts';
import { UploadMemory } from '../upload-memory.ts';
import { assertMetadata } from '../user-metadata.ts';
import { bodyOf, sizeOf } from './piece-stream.ts';
import { createS3Client, type S3Options } from './s3-client.ts';
import { readS3Error } from './s3-error.ts';
import { explainS3Failure } from './s3-failure.ts';
import { s3Uploads } from './s3-upload.ts';

/** The least that S3 takes for a part: each file that is being filled holds up to one in memory. */
const PART_BYTES = 5 * 1024 * 1024;
/** A part is a multiple of it. Pieces of so many bytes are given back to the system by malloc, when they are. */
const PIECE_BYTES = 256 * 1024;

/**
 * The objects below one prefix of a bucket. Nothing is sent before the first call.
 *
 * An ETag is the server's own. S3 computes it from the body alone, so a put that changes only the user metadata keeps it.
 * An unconditional put of more than 5 MiB is a multi-part upload; when a process dies in the middle of one, its parts stay
 * until the bucket's lifecycle rule AbortIncompleteMultipartUpload takes them away. Conditional puts are always one request.
 */
export function openS3Store(location: S3Location, options: S3Options & RequestOptions = {}): ObjectStore {
  const client = createS3Client(options);
  const requests = createRequestLoop(location.text, options);
  const uploadMemory = new UploadMemory(PIECE_BYTES);
  const endpoint = options.endpoint === '' ? undefined : options.endpoint;

  function perform<T>(
    operation: StoreOperation,
    name: string,
    attempt: () => Promise<Answer<T>>,
  ): Promise<T> {
    const asked = { location, endpoint, what: `${operation} ${name}`.trim() };
    return requests.perform({ operation, attempt, explain: (error) => explainS3Failure(error, asked) });
  }

  function address(key: string): { readonly Bucket: string; readonly Key: string } {
    assertKey(key);
    return { Bucket: location.bucket, Key: location.prefix + key };
  }

  function objectOf(
    key: string,
    body: Pick<PutObjectCommandInput, 'Body' | 'ContentLength'>,
    { contentType, metadata = {} }: PutOptions,
  ): PutObjectCommandInput {
    assertMetadata(metadata);
    return {
      ...address(key),
      ...body,
      Metadata: { ...metadata },
      ...(contentType === undefined ? {} : { ContentType: contentType }),
    };
  }

  async function get(key: string, getOptions: GetOptions = {}): Promise<StoredObject | undefined> {
    const input = address(key);
    return perform<StoredObject | undefined>('get', key, async () => {
      try {
        const {
          Body,
          ETag,
          Metadata,
          ContentLength = Infinity,
        } = await client.send(new GetObjectCommand(input));
        if (Body === undefined || ETag === undefined) throw new Error('the answer lacks a body or an ETag');
        try {
          assertSize(location.text, key, ContentLength, getOptions);
        } catch (error) {
          if (Body instanceof Readable) Body.destroy(); // or the rest is still sent
          throw error;
        }
        const body = await Body.transformToByteArray();
        return {
          result: 'ok',
          value: { body, etag: ETag, metadata: Metadata ?? {} },
          bytes: body.byteLength,
        };
      } catch (error) {
        if (readS3Error(error).code === 'NoSuchKey') return { result: 'missing', value: undefined };
        throw error;
      }
    });
  }

  async function getPart(key: string, { start, end, version }: PartRange): Promise<ObjectPart | undefined> {
    const input = {
      ...address(key),
      Range: `bytes=${start}-${end - 1}`,
      ...(version === undefined ? {} : { IfMatch: version }),
    };
    return perform<ObjectPart | undefined>('get', key, async () => {
      try {
        const answer = await client.send(new GetObjectCommand(input));
        const { Body, ETag } = answer;
        if (Body === undefined || ETag === undefined) throw new Error('the answer lacks a body or an ETag');
        // A server may ignore the condition, and then answers with what is there by now.
        const isOther = version !== undefined && version !== ETag;
        const size = isOther ? undefined : sizeOfWhole(answer, start);
        if (size === undefined && Body instanceof Readable) Body.destroy(); // or the rest is still sent
        if (isOther) return { result: 'missing', value: undefined };
        if (size === undefined)
          throw new ObjectStoreError('refused', `${location.text}${key}: ${IGNORES_RANGES}`);
        const body = await Body.transformToByteArray();
        const expected = Math.min(end, size) - start;
        if (body.byteLength !== expected)
          throw new Error(`expected ${expected} bytes, found ${body.byteLength}`);
        return { result: 'ok', value: { body, size, version: ETag }, bytes: body.byteLength };
      } catch (error) {
        const { status, code } = readS3Error(error);
        // Replaced, gone, or shorter than it was.
        if (status === 412 || status === 416 || code === 'NoSuchKey')
          return { result: 'missing', value: undefined };
        throw error;
      }
    });
  }

  async function put(key: string, body: Uint8Array, putOptions: PutOptions = {}): Promise<void> {
    const bytes = body.byteLength;
    if (bytes <= PART_BYTES) return putAtOnce(key, [body], putOptions);
    const input = objectOf(key, { Body: body }, putOptions);
    return perform<void>('put', key, async () => {
      await new Upload({ client, params: input, partSize: PART_BYTES }).done();
      // One request to begin, one for each part, one to complete.
      return { result: 'ok', value: undefined, bytes, requests: Math.ceil(bytes / PART_BYTES) + 2 };
    });
  }

  async function putAtOnce(key: string, body: Pieces, putOptions: PutOptions): Promise<void> {
    const input = objectOf(key, {}, putOptions);
    await perform<void>('put', key, async () => {
      await client.send(new PutObjectCommand({ ...input, ...bodyOf(body) }));
      return { result: 'ok', value: undefined, bytes: sizeOf(body) };
    });
  }

  function putOn(
    operation: 'put-if-absent' | 'put-if-match',
    condition: Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch'>,
    key: string,
    body: Uint8Array,
    putOptions: PutOptions = {},
  ): Promise<ConditionalPutResult> {
    const command = { ...objectOf(key, { Body: body }, putOptions), ...condition };
    return perform<ConditionalPutResult>(operation, key, async () => {
      try {
        const { ETag } = await client.send(new PutObjectCommand(command));
        if (ETag === undefined) throw new Error('the answer lacks an ETag');
        return { result: 'ok', value: { etag: ETag }, bytes: body.byteLength };
      } catch (error) {
        const { status, code } = readS3Error(error);
        // S3 answers 404 instead of 412 when the object of an If-Match is gone.
        if (status === 412 || code === 'NoSuchKey') return { result: 'lost', value: undefined };
        throw error;
      }
    });
  }

  const uploads = s3Uploads(client, location, perform);
  return {
    location: location.text,
    get,
    getPart,
    put,
    putIfAbsent: async (key, body, putOptions) =>
      putOn('put-if-absent', { IfNoneMatch: '*' }, key, body, putOptions),
    putIfMatch: async (key, body, etag, putOptions) =>
      putOn('put-if-match', { IfMatch: etag }, key, body, putOptions),
    beginUpload: (upload) =>
      bufferedUpload({
        partBytes: PART_BYTES,
        memory: uploadMemory,
        put: (key, body) => putAtOnce(key, body, upload),
        beginParts: () => uploads.begin(upload),
      }),
    abortUploads: (owner, { begunBefore } = {}) => uploads.abortAll(owner, begunBefore),
    list: (prefix) => list(client, location, prefix, perform),
    delete: async (key) => {
      const input = address(key);
      await perform<void>('delete', key, async () => {
        await client.send(new DeleteObjectCommand(input));
        return { result: 'ok', value: undefined };
      });
    },
    close: async () => {
      requests.close();
      client.destroy();
    },
  };
}

const IGNORES_RANGES =
  'asked for a part of it (Range), the store answered with all. Large objects can only be read from a store that gives parts.';

/** In bytes, from the answer to a request for a part that begins at `start`; `undefined`: it is no such answer. */
function sizeOfWhole({ ContentRange = '' }: Pick<GetObjectCommandOutput, 'ContentRange'>, start: number) {
  const [, first, whole] = /^bytes (\d+)-\d+\/(\d+)$/.exec(ContentRange) ?? [];
  return first !== undefined && Number(first) === start ? Number(whole) : undefined;
}

type Perform = <T>(operation: StoreOperation, name: string, attempt: () => Promise<Answer<T>>) => Promise<T>;

/**
 * S3 lists in order of key. SeaweedFS goes folder by folder instead (`a/b` before `a-b`), so what lies below a nested folder
 * is held back and sorted. The direct children of one folder, which is where there may be many, come as they are read.
 */
async function* list(
  client: S3Client,
  location: S3Location,
  prefix: string,
  perform: Perform,
): AsyncGenerator<ListedObject> {
  assertPrefix(prefix);
  const held: ListedObject[] = [];
  let token: string | undefined;
  do {
    const page = await perform('list', prefix, async () => {
      const answer = await client.send(
        new ListObjectsV2Command({
          Bucket: location.bucket,
          Prefix: location.prefix + prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      if (answer.IsTruncated === true && answer.NextContinuationToken === undefined) {
        throw new Error('the list was cut off, without a token to go on with');
      }
      return { result: 'ok', value: answer };
    });
    for (const { Key = '', Size = 0 } of page.Contents ?? []) {
      const key = Key.slice(location.prefix.length);
      if (!isKey(key)) continue; // folder markers and hidden files that other tools left there
      if (held.length > 0 || key.includes('/', prefix.length)) held.push({ key, size: Size });
      else yield { key, size: Size };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  yield* held.sort((a, b) => compareKeys(a.key, b.key));
}
