import { setting, type Setting } from './setting.ts';
import { httpUrl, parsedBy, text } from './setting-types.ts';

/**
 * Where results and checkpoints are, and how S3 is reached: part of a schema, `z.object({ ...storageSettings(parseLocation), … })`.
 * `parseLocation` is that of packages/object-store; the AWS names are the SDK's own.
 */
export function storageSettings<Location>(parseLocation: (text: string) => Location) {
  const allowed = 's3a://bucket/folder/, s3://bucket/folder/, file:///folder/ or the path of a folder';
  const location = (folder: string, description: string): Setting<Location> =>
    setting(parsedBy(allowed, parseLocation), { default: `s3a://client-tickets/${folder}/`, description });
  return {
    RESULTS_PATH: location('results', 'Where tickets, counts and dead letters are written.'),
    CHECKPOINT_PATH: location('checkpoints', 'Where the query remembers what it has done.'),
    AWS_ACCESS_KEY_ID: setting(text('an access key'), {
      description: "The S3 access key; without it the AWS SDK's own sources are tried (profile, role).",
    }),
    AWS_SECRET_ACCESS_KEY: setting(text('a secret key'), {
      description: 'The secret that belongs to the access key.',
      isSecret: true,
    }),
    AWS_SESSION_TOKEN: setting(text('a token'), {
      description: 'The session token of temporary credentials.',
      isSecret: true,
    }),
    AWS_REGION: setting(text('a region'), { default: 'us-east-1', description: 'The region of the bucket.' }),
    AWS_ENDPOINT_URL_S3: setting(httpUrl(), {
      description: 'An S3 server other than AWS; requests are path-style then.',
    }),
  };
}

type S3Settings = {
  readonly [
    Name in 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_SESSION_TOKEN' | 'AWS_ENDPOINT_URL_S3'
  ]: string | undefined;
} & { readonly AWS_REGION: string };

export interface S3Connection {
  readonly region: string;
  readonly endpoint: string | undefined;
  /** `undefined`: the AWS SDK finds its own. */
  readonly credentials:
    | {
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        readonly sessionToken: string | undefined;
      }
    | undefined;
}

/** The settings in the shape that packages/object-store takes. */
export function s3Connection(settings: S3Settings): S3Connection {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  return {
    region: settings.AWS_REGION,
    endpoint: settings.AWS_ENDPOINT_URL_S3,
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey, sessionToken: settings.AWS_SESSION_TOKEN },
  };
}
