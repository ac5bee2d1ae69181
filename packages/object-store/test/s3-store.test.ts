import { randomUUID } from 'node:crypto';
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

describeObjectStore('an S3 server', {
  open: () => openObjectStore(location, { s3: { endpoint, region } }),
  racers: 6, // SeaweedFS lets each loser of a race wait for about a second
  skipped: isSkipped ? 'AWS_ENDPOINT_URL_S3 and S3_BUCKET are not set' : undefined,
});
