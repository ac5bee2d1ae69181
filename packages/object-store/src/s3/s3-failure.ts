import { ObjectStoreError } from '@client-tickets/micro-batch';
import type { S3Location } from '../location.ts';
import type { Failure } from '../request-loop.ts';
import { readS3Error, type S3Error } from './s3-error.ts';

/** What was asked, for the sentence that explains why it failed. */
export interface S3Attempt {
  readonly location: S3Location;
  /** Undefined: AWS itself. */
  readonly endpoint: string | undefined;
  /** `get tickets/a.json`. */
  readonly what: string;
}

const THROTTLED = new Set([
  'SlowDown',
  'SlowDownRead',
  'SlowDownWrite',
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'TooManyRequests',
]);
const BAD_CREDENTIALS = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
]);
const WRONG_REGION = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
  'TemporaryRedirect',
]);
const CLOCK_SKEW = 'RequestTimeTooSkewed';
const NO_TLS = /^(EPROTO|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_)/;

/** Sorts a failed attempt (see `Failure`) and says it in a sentence. 412 and a missing key are answers and don't come here. */
export function explainS3Failure(error: unknown, attempt: S3Attempt): Failure {
  if (error instanceof ObjectStoreError) return { kind: 'refused', message: error.message };
  const found = readS3Error(error);
  const kind = kindOf(found);
  const answer = found.status === undefined ? found.code : `HTTP ${found.status} ${found.code}`;
  const what = `${attempt.location.text}: could not ${attempt.what} (${answer}: ${found.message}).`;
  const advice = kind === 'refused' ? refusalAdvice(found, attempt) : waitAdvice(found, attempt);
  return { kind, message: `${what} ${advice}`, cause: new Error(`${answer}: ${found.message}`) };
}

function kindOf({ code, status, notSent, clockCorrected }: S3Error): Failure['kind'] {
  if (notSent || clockCorrected || THROTTLED.has(code)) return 'not-done';
  // Signed too long before it came: this process was frozen in between, or its clock is wrong and the SDK could not tell.
  if (code === CLOCK_SKEW) return 'not-done';
  if (BAD_CREDENTIALS.has(code) || NO_TLS.test(code)) return 'refused';
  if (status === undefined) {
    // Resets and time-outs. Anything else comes from a mistake before a request was made.
    return /^(E[A-Z]+|HPE_.+|ERR_STREAM_.+|TimeoutError|AbortError)$/.test(code) ? 'unanswered' : 'refused';
  }
  if (status === 429 || status === 409) return 'not-done';
  if (status === 501 || status === 505 || status === 507) return 'refused';
  // A 2xx that ends as an error is an answer that was cut off or made no sense.
  return status >= 500 || status < 300 || status === 408 || code === 'RequestTimeout'
    ? 'unanswered'
    : 'refused';
}

function waitAdvice({ code, notSent }: S3Error, { endpoint }: S3Attempt): string {
  if (code === CLOCK_SKEW)
    return 'Was this process frozen for minutes? If not, set the clock of this machine.';
  return notSent ? `Is ${endpoint ?? 'AWS'} the right endpoint, and is it up?` : 'Worth trying again later.';
}

function refusalAdvice(found: S3Error, { location, endpoint }: S3Attempt): string {
  const { code, status, bucketRegion } = found;
  const { bucket } = location;
  if (code === 'NoSuchBucket') {
    return `There is no bucket ${bucket} at ${endpoint ?? 'AWS'}: create it or correct the location.`;
  }
  if (found.message === 'Region is missing') return 'Set AWS_REGION to the region of the bucket.';
  if (BAD_CREDENTIALS.has(code)) {
    return `Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary credentials, AWS_SESSION_TOKEN for bucket ${bucket}.`;
  }
  if (WRONG_REGION.has(code)) {
    return `Set AWS_REGION to ${bucketRegion ?? 'the region of the bucket'}: bucket ${bucket} is not where it was looked for.`;
  }
  if (NO_TLS.test(code)) {
    return `Check the endpoint ${endpoint ?? ''} (http or https?) and, for a private certificate authority, NODE_EXTRA_CA_CERTS.`;
  }
  if (status === 403) {
    return (
      `Allow these credentials s3:ListBucket on bucket ${bucket} and s3:GetObject, s3:PutObject, s3:DeleteObject, ` +
      `s3:AbortMultipartUpload on ${bucket}/${location.prefix}*. Without s3:ListBucket a missing key counts as denied, too.`
    );
  }
  if (status === 404) return `Is ${endpoint ?? 'this'} an S3 endpoint?`;
  if (status === 501) return 'The store must have conditional writes (If-Match, If-None-Match).';
  if (status === 507) return 'Make room on the S3 server.';
  return `Check bucket ${bucket}, endpoint and settings.`;
}
