import type { z } from 'zod';
import { setting, type Setting } from './setting.ts';
import { httpOrigin, matching, parsedBy, token } from './setting-types.ts';

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
    AWS_ACCESS_KEY_ID: setting(token('an access key'), {
      description: "The S3 access key; without it the AWS SDK's own sources are tried (profile, role).",
    }),
    AWS_SECRET_ACCESS_KEY: setting(token('a secret key'), {
      description: 'The secret that belongs to the access key.',
      isSecret: true,
    }),
    AWS_SESSION_TOKEN: setting(token('a token'), {
      description: 'The session token of temporary credentials.',
      isSecret: true,
    }),
    AWS_REGION: setting(matching(/^[a-z0-9-]+$/i, 'a region such as eu-west-3'), {
      default: 'us-east-1',
      description: 'The region of the bucket; that of an AWS profile is not read.',
    }),
    AWS_ENDPOINT_URL_S3: setting(httpOrigin(), {
      description:
        'An S3 server other than AWS; requests are path-style then. An endpoint of an AWS profile is not read.',
    }),
    AWS_ENDPOINT_URL: setting(httpOrigin(), {
      description: 'The same for all of AWS; AWS_ENDPOINT_URL_S3 takes precedence.',
    }),
  };
}

type S3Settings = {
  readonly [
    Name in
      | 'AWS_ACCESS_KEY_ID'
      | 'AWS_SECRET_ACCESS_KEY'
      | 'AWS_SESSION_TOKEN'
      | 'AWS_ENDPOINT_URL_S3'
      | 'AWS_ENDPOINT_URL'
  ]: string | undefined;
} & { readonly AWS_REGION: string };

/**
 * Keys are a pair, or there are none: with half of one the AWS SDK would look for others by itself. Part of a schema,
 * `z.object({ ...storageSettings(parseLocation), … }).check(checkS3Keys)`.
 */
export function checkS3Keys({ value, issues }: z.core.ParsePayload<S3Settings>): void {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
  const given = [...names, 'AWS_SESSION_TOKEN' as const].find((name) => value[name] !== undefined);
  for (const name of names) {
    const isReported = issues.some(({ path }) => path?.[0] === name);
    if (given === undefined || value[name] !== undefined || isReported) continue;
    const message = `expected a value, because ${given} is set, found nothing`;
    issues.push({ code: 'custom', path: [name], input: undefined, message });
  }
}

/** The settings in the shape that packages/object-store takes; without credentials the AWS SDK finds its own. */
export function s3Connection(settings: S3Settings) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  return {
    region: settings.AWS_REGION,
    endpoint: settings.AWS_ENDPOINT_URL_S3 ?? settings.AWS_ENDPOINT_URL,
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey, sessionToken: settings.AWS_SESSION_TOKEN },
  };
}
