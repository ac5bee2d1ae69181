export { parseLocation, type FolderLocation, type Location } from './location.ts';
export { openObjectStore, type OpenOptions } from './open-object-store.ts';
export { probeConditionalWrites } from './probe-conditional-writes.ts';
export type { RequestEvent } from './request-loop.ts';
export type { S3Credentials, S3Options } from './s3/s3-client.ts';
