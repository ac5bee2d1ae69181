import { S3Client } from '@aws-sdk/client-s3';
import { signPieces } from './piece-stream.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** Connections at once; more requests wait for one. */
const MOST_SOCKETS = 32;

export interface S3Options {
  /** Default: what the AWS SDK finds (`AWS_REGION`, profile); `us-east-1` when there is an endpoint. */
  readonly region?: string | undefined;
  /** Of an S3-compatible server, which gets path-style requests. Default: AWS; what the SDK would find by itself is ignored. */
  readonly endpoint?: string | undefined;
  /** Default: what the AWS SDK finds (environment, profile, container or instance role). */
  readonly credentials?: S3Credentials | undefined;
  /**
   * Until the answer begins, and between any two of its bytes. Default 30,000: SeaweedFS lets the losers of a race for one
   * key wait for seconds.
   */
  readonly requestTimeoutMs?: number;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What fails is thrown, and its caller logs it. Without a logger the SDK writes to the console that it will not send a stream again. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** An AWS client that never tries again by itself: the request loop does, as it knows what may be done twice. */
export function createS3Client(options: S3Options): S3Client {
  const { requestTimeoutMs = 30_000 } = options;
  const endpoint = given(options.endpoint);
  const region = given(options.region) ?? (endpoint === undefined ? undefined : 'us-east-1');
  const credentials = givenCredentials(options.credentials);
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === undefined ? {} : { credentials }),
    // The SDK would read AWS_ENDPOINT_URL and a profile's endpoint by itself, and not switch to path style for them.
    ignoreConfiguredEndpointUrls: true,
    maxAttempts: 1,
    retryMode: 'standard',
    logger: SILENT,
    // The SDK's own CRC32 headers and trailers are rejected by a number of S3-compatible servers. Every body is covered by
    // the SHA-256 in its signature anyway, and a download by its Content-Length and, on AWS, by TLS.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With `Expect: 100-continue` the SDK opens a new connection for each body above 2 MiB, outside `maxSockets`.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeoutMs,
      httpAgent: { keepAlive: true, maxSockets: MOST_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MOST_SOCKETS },
    },
  });
  signPieces(client);
  return client;
}

/** An empty setting is one that was not given. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function givenCredentials(credentials: S3Credentials | undefined) {
  if (credentials === undefined || credentials.accessKeyId === '') return undefined;
  const { accessKeyId, secretAccessKey } = credentials;
  const sessionToken = given(credentials.sessionToken);
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
