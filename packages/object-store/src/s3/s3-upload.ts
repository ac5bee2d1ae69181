import { randomUUID } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ObjectStoreError, type UploadOptions } from '@client-tickets/micro-batch';
import type { Parts, Pieces } from '../buffered-upload.ts';
import type { S3Location } from '../location.ts';
import type { Answer, StoreOperation } from '../request-loop.ts';
import { bodyOf, sizeOf } from './piece-stream.ts';
import { readS3Error } from './s3-error.ts';

/** No key of ours begins with a dot, so `list` never shows what lies there, and no glob over data files matches it. */
const HIDDEN = '.object-store/uploads/';

type Perform = <T>(operation: StoreOperation, name: string, attempt: () => Promise<Answer<T>>) => Promise<T>;

export interface S3Uploads {
  begin(options: UploadOptions): Promise<Parts>;
  /** `begunBefore`: in milliseconds since the epoch; without it all. */
  abortAll(owner: string, begunBefore?: number): Promise<void>;
}

/**
 * Uploads whose key is not known before their end, which S3 does not have: parts go to a hidden key of their own, and what is
 * complete there is copied to its key by the server, in one request that is seen whole or not at all. Two requests more for an
 * object, and no disk.
 */
export function s3Uploads(client: S3Client, location: S3Location, perform: Perform): S3Uploads {
  const { bucket: Bucket, prefix, text } = location;

  /** What belongs to an upload may be gone, because another process has aborted it: not an answer to wait for. */
  async function sent(name: string, send: () => Promise<unknown>, bytes?: number): Promise<boolean> {
    return perform('put', name, async () => {
      try {
        await send();
        return { result: 'ok', value: true, ...(bytes === undefined ? {} : { bytes }) };
      } catch (error) {
        if (!isGone(error)) throw error;
        return { result: 'missing', value: false };
      }
    });
  }
  const gone = (name: string): ObjectStoreError =>
    new ObjectStoreError(
      'unavailable',
      `${text}: the parts of ${name} are gone; another consumer has taken over what they belong to, or a lifecycle rule removed them.`,
    );
  const abort = async (Key: string, UploadId: string | undefined): Promise<void> => {
    if (UploadId !== undefined)
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => {});
    await client.send(new DeleteObjectCommand({ Bucket, Key })).catch(() => {});
  };

  return {
    async begin({ owner, contentType }) {
      const name = `an upload of ${owner}`;
      const Key = `${prefix}${HIDDEN}${owner}/${randomUUID()}`;
      const ContentType = contentType === undefined ? {} : { ContentType: contentType };
      const { UploadId } = await perform('put', name, async () => {
        const value = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...ContentType }));
        return { result: 'ok', value };
      });
      const parts: { readonly ETag: string | undefined; readonly PartNumber: number }[] = [];
      const add = async (part: Pieces): Promise<void> => {
        const PartNumber = parts.length + 1;
        let ETag: string | undefined;
        const send = async (): Promise<void> => {
          const input = { Bucket, Key, UploadId, PartNumber, ...bodyOf(part) };
          ({ ETag } = await client.send(new UploadPartCommand(input)));
        };
        if (!(await sent(name, send, sizeOf(part)))) throw gone(name);
        parts.push({ ETag, PartNumber });
      };
      return {
        add,
        async complete(key, last) {
          if (last.length > 0) await add(last);
          // Gone: perhaps because a former attempt has completed it, and its answer got lost. The copy will tell.
          const MultipartUpload = { Parts: parts };
          await sent(key, () =>
            client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload })),
          );
          const copy = {
            Bucket,
            Key: prefix + key,
            CopySource: encodeURIComponent(`${Bucket}/${Key}`).replaceAll('%2F', '/'),
          };
          if (!(await sent(key, () => client.send(new CopyObjectCommand(copy))))) throw gone(key);
          await client.send(new DeleteObjectCommand({ Bucket, Key })).catch(() => {}); // `abortAll` would find it
        },
        abort: () => abort(Key, UploadId),
      };
    },
    async abortAll(owner, begunBefore = Infinity) {
      const Prefix = `${prefix}${HIDDEN}${owner}/`;
      // A server may be unable to list uploads, and credentials may not be allowed to: the lifecycle rule removes them then.
      const listed = <T>(list: () => Promise<T>): Promise<T | undefined> =>
        perform('list', Prefix, async () => ({ result: 'ok', value: await list() })).catch(
          (error: unknown) => {
            if (error instanceof ObjectStoreError && error.code === 'refused') return undefined;
            throw error;
          },
        );
      const uploads = await listed(() => client.send(new ListMultipartUploadsCommand({ Bucket, Prefix })));
      const objects = await listed(() => client.send(new ListObjectsV2Command({ Bucket, Prefix })));
      const left = [
        ...(uploads?.Uploads ?? []),
        // Parts that were put together, and not copied yet.
        ...(objects?.Contents ?? []).map(({ Key, LastModified }) => {
          return { Key, UploadId: undefined, Initiated: LastModified };
        }),
      ];
      for (const { Key = '', UploadId, Initiated } of left) {
        if (!Key.startsWith(Prefix)) continue; // a server may ignore the prefix
        if (begunBefore === Infinity || Number(Initiated ?? Infinity) < begunBefore)
          await abort(Key, UploadId);
      }
    },
  };
}

function isGone(error: unknown): boolean {
  const { code } = readS3Error(error);
  return code === 'NoSuchUpload' || code === 'NoSuchKey';
}
