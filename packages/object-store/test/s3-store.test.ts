import { randomUUID } from 'node:crypto';
import type { Upload } from '@client-tickets/micro-batch';
import { expect, test } from 'vitest';
import { openObjectStore } from '../src/index.ts';
import { describeObjectStore } from './object-store-contract.ts';

const { AWS_ENDPOINT_URL_S3: endpoint, S3_BUCKET: bucket, AWS_REGION: region } = process.env;
const location = `s3a://${bucket}/object-store-test-${randomUUID()}/`;

const isSkipped = endpoint === undefined || bucket === undefined;

test.skipIf(isSkipped)(
  'parts that a process left behind are thrown away by owner, and their upload cannot be completed',
  async () => {
    const store = await openObjectStore(location, { s3: { endpoint, region } });
    const upload = store.beginUpload({ owner: 'partition-0' });
    await upload.write(Buffer.alloc(9 * 1024 * 1024));
    await store.abortUploads('partition-0');
    await expect(upload.complete('late')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await store.get('late')).toBeUndefined();
    await store.close();
  },
);

test.skipIf(isSkipped)('uploads that are under way are left alone by their age', async () => {
  const store = await openObjectStore(location, { s3: { endpoint, region } });
  const begin = async (): Promise<Upload> => {
    const upload = store.beginUpload({ owner: 'merge' });
    await upload.write(Buffer.alloc(9 * 1024 * 1024));
    return upload;
  };
  const HOUR_MS = 3_600_000; // clocks of servers may differ
  const young = await begin();
  await store.abortUploads('merge', { begunBefore: Date.now() - HOUR_MS });
  await young.complete('young');
  expect(await store.get('young')).toBeDefined();
  const old = await begin();
  await store.abortUploads('merge', { begunBefore: Date.now() + HOUR_MS });
  await expect(old.complete('old')).rejects.toMatchObject({ code: 'unavailable' });
  await store.delete('young');
  await store.close();
});

describeObjectStore('an S3 server', {
  open: () => openObjectStore(location, { s3: { endpoint, region } }),
  racers: 6, // SeaweedFS lets each loser of a race wait for about a second
  skipped: isSkipped ? 'AWS_ENDPOINT_URL_S3 and S3_BUCKET are not set' : undefined,
});
