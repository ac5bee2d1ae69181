import { errorCode, readSmallFile } from '@client-tickets/local-folder';
import { ObjectStoreError } from '@client-tickets/micro-batch';
import type { UserMetadata } from '../user-metadata.ts';

/**
 * The user metadata of one object, beside it in a hidden file: by the SHA-256 of the content it belongs to. While an object is
 * replaced the file knows the old content and the new one, so that whichever a reader finds has its own metadata.
 */
export interface MetadataFile {
  readonly key: string;
  readonly byContent: Readonly<Record<string, UserMetadata>>;
}

/** `undefined` when there is none: no content of this object ever had metadata. */
export async function readMetadataFile(path: string): Promise<MetadataFile | undefined> {
  let text: string;
  try {
    text = (await readSmallFile(path)).toString();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const found = parse(text);
  if (found === undefined) {
    throw new ObjectStoreError(
      'refused',
      `${path} should hold the user metadata of an object and is damaged. Restore it, or delete it to go on without.`,
    );
  }
  return found;
}

export function formatMetadataFile({ key, byContent }: MetadataFile): string {
  return `${JSON.stringify({ key, byContent }, undefined, 2)}\n`;
}

function parse(text: string): MetadataFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value['key'] !== 'string' || !isRecord(value['byContent'])) return undefined;
  const byContent: Record<string, UserMetadata> = {};
  for (const [content, metadata] of Object.entries(value['byContent'])) {
    if (!isMetadata(metadata)) return undefined;
    byContent[content] = metadata;
  }
  return { key: value['key'], byContent };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMetadata(value: unknown): value is UserMetadata {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}
