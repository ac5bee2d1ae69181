export { parseLocation, type FolderLocation, type Location, type S3Location } from './location.ts';
export { openObjectStore, type OpenOptions } from './open-object-store.ts';
export { probeConditionalWrites } from './probe-conditional-writes.ts';
export type {
  RequestEvent,
  RequestOptions,
  RequestResult,
  RetryPolicy,
  StoreOperation,
} from './request-loop.ts';
export type { S3Credentials, S3Options } from './s3/s3-client.ts';
