/** What can be read from anything the AWS SDK or Node's sockets throw; nothing of it is secret. */
export interface S3Error {
  /** S3's own (`NoSuchKey`), Node's (`ECONNRESET`) or the SDK's (`CredentialsProviderError`). */
  readonly code: string;
  /** The first line. */
  readonly message: string;
  /** HTTP status, when the server answered at all. */
  readonly status: number | undefined;
  /** The connection could not be made, so no request was sent. */
  readonly notSent: boolean;
  /** The SDK found its clock to be wrong and has corrected it for the next request. */
  readonly clockCorrected: boolean;
  /** Where the bucket is, when the server says so. */
  readonly bucketRegion: string | undefined;
}

/**
 * Only the fields above are taken over. The rest of an SDK error may hold the signed request, with a session token in it,
 * and must not get into a log by way of `cause`.
 */
export function readS3Error(error: unknown): S3Error {
  const metadata = property(error, '$metadata');
  const status = property(metadata, 'httpStatusCode');
  const name = text(property(error, 'name')) ?? 'Error';
  const code = text(property(error, 'Code')) ?? text(property(error, 'code')) ?? name;
  const headers = property(property(error, '$response'), 'headers');
  return {
    code,
    message: (text(property(error, 'message')) ?? String(error)).split('\n', 1)[0] ?? '',
    status: typeof status === 'number' ? status : undefined,
    notSent: typeof status !== 'number' && couldNotConnect(error),
    clockCorrected: property(metadata, 'clockSkewCorrected') === true,
    bucketRegion: text(property(headers, 'x-amz-bucket-region')) ?? text(property(error, 'Region')),
  };
}

function couldNotConnect(error: unknown): boolean {
  const attempts = property(error, 'errors'); // one for each address of a name with several
  if (Array.isArray(attempts) && attempts.length > 0) return attempts.every(couldNotConnect);
  const call = property(error, 'syscall');
  return call === 'connect' || call === 'getaddrinfo';
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
