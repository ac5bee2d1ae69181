import { randomUUID } from 'node:crypto';
import { openObjectStore } from '../src/index.ts';
import { describeObjectStore } from './object-store-contract.ts';

const { AWS_ENDPOINT_URL_S3: endpoint, S3_BUCKET: bucket, AWS_REGION: region } = process.env;
const location = `s3a://${bucket}/object-store-test-${randomUUID()}/`;

describeObjectStore('an S3 server', {
  open: () => openObjectStore(location, { s3: { endpoint, region } }),
  racers: 6, // SeaweedFS lets each loser of a race wait for about a second
  skipped:
    endpoint === undefined || bucket === undefined
      ? 'AWS_ENDPOINT_URL_S3 and S3_BUCKET are not set'
      : undefined,
});
