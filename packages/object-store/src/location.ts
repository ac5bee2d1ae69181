import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ObjectStoreError } from '@client-tickets/micro-batch';

export interface S3Location {
  readonly kind: 's3';
  readonly bucket: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
  /** For people, with the scheme as it was given: `s3a://client-tickets/results/`. */
  readonly text: string;
}

export interface FolderLocation {
  readonly kind: 'folder';
  /** Absolute. */
  readonly path: string;
  /** For people: `file:///data/results/`. */
  readonly text: string;
}

export type Location = S3Location | FolderLocation;

const ALLOWED = 's3://bucket/prefix/, s3a://bucket/prefix/, file:///absolute/folder or the path of a folder';

/**
 * Reads what users write into `RESULTS_PATH` and `CHECKPOINT_PATH`. A relative path is taken from `workingDirectory`
 * (default: that of the process). Throws `ObjectStoreError` (`refused`) which names the text and what is allowed.
 */
export function parseLocation(text: string, workingDirectory: string = process.cwd()): Location {
  const refuse = (why: string): ObjectStoreError =>
    new ObjectStoreError('refused', `The location ${JSON.stringify(text)} ${why}. Allowed: ${ALLOWED}.`);

  if (text.trim() === '') throw refuse('is empty');
  if (/\p{Cc}|\p{Surrogate}/u.test(text)) throw refuse('has a control character');
  // One letter before the colon is a Windows drive, not a scheme.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  switch (scheme) {
    case 's3':
    case 's3a':
      return parseS3(text, scheme, refuse);
    case 'file':
      return parseFileUrl(text, refuse);
    case undefined:
      if (text === '~' || text.startsWith('~/')) throw refuse('has a ~, which only a shell would expand');
      return folder(resolve(workingDirectory, text));
    default:
      throw refuse(`has the scheme ${scheme}:, which is not supported`);
  }
}

type Refuse = (why: string) => ObjectStoreError;

function parseS3(text: string, scheme: 's3' | 's3a', refuse: Refuse): S3Location {
  const match = /^[^:]+:\/\/([^/]*)(\/.*)?$/.exec(text);
  const bucket = match?.[1] ?? '';
  if (match === null) throw refuse(`lacks the two slashes after ${scheme}:`);
  if (!/^[a-z0-9][a-z0-9._-]{1,62}$/i.test(bucket)) throw refuse('lacks a bucket, or its name is not one');
  const path = (match[2] ?? '').replace(/^\//, '').replace(/\/$/, '');
  const segments = path === '' ? [] : path.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw refuse('has an empty part, . or .. in its prefix');
  }
  const prefix = segments.map((segment) => `${segment}/`).join('');
  return { kind: 's3', bucket, prefix, text: `${scheme}://${bucket}/${prefix}` };
}

function parseFileUrl(text: string, refuse: Refuse): FolderLocation {
  if (!/^file:\/(?!\/)|^file:\/\/\//i.test(text)) throw refuse('is not absolute (three slashes after file:)');
  try {
    return folder(fileURLToPath(text));
  } catch (cause) {
    throw refuse(`is no path on this machine (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

function folder(path: string): FolderLocation {
  const absolute = resolve(path);
  return { kind: 'folder', path: absolute, text: pathToFileURL(absolute).href.replace(/[^/]$/, '$&/') };
}
