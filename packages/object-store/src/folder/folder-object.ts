import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { assertNoLinks, errorCode, NOT_A_FILE, openWholeFile } from '@client-tickets/local-folder';
import {
  assertSize,
  type GetOptions,
  type ObjectPart,
  type PartRange,
  type StoredObject,
} from '@client-tickets/micro-batch';
import { compareKeys } from '../key.ts';
import type { UserMetadata } from '../user-metadata.ts';
import type { FolderLayout } from './folder-layout.ts';
import { readMetadataFile } from './metadata-file.ts';

/** The name of some content in a metadata file. */
export function contentHash(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** Stands for content and metadata. */
export function etagOf(content: string, metadata: UserMetadata): string {
  const sorted = Object.entries(metadata).sort(([a], [b]) => compareKeys(a, b));
  return createHash('sha256').update(content).update(JSON.stringify(sorted)).digest('hex');
}

/** An object as a swap has to know it. */
export interface PresentObject {
  /** As `contentHash` names it. */
  readonly content: string;
  readonly metadata: UserMetadata;
  readonly etag: string;
  /** Whether there is a metadata file, be it about other contents. */
  readonly hasMetadataFile: boolean;
  /** Tells its file from each other one. */
  readonly file: string;
}

const nameFile = ({ dev, ino, size, mtimeNs }: BigIntStats): string => `${dev} ${ino} ${size} ${mtimeNs}`;

/** What to call what lies at this path; `undefined`: nothing that is an object. */
export async function findFile(path: string): Promise<string | undefined> {
  const found = await lstat(path, { bigint: true }).catch(noObject);
  return found?.isFile() === true ? nameFile(found) : undefined;
}

/** As `readObject`, without reading it when it still is the one that was `last` there. */
export async function findObject(
  layout: FolderLayout,
  key: string,
  last: PresentObject | undefined,
): Promise<PresentObject | undefined> {
  const path = layout.objectPath(key);
  await assertNoLinks(layout.root, path);
  const isSame = last !== undefined && (await findFile(path)) === last.file;
  return isSame ? last : readObject(layout, key);
}

/**
 * An object with the metadata that belongs to it, also while another process replaces it. When the metadata file does not
 * know the content that was read, either there is no metadata or the object was replaced twice in between: then the file is
 * another one by now, and it is read again. (The open file keeps its inode number from being used for the other one.)
 */
export async function readObject(
  layout: FolderLayout,
  key: string,
  options: GetOptions & {
    /** For the error; default: the folder. */
    readonly location?: string;
    readonly readMetadata?: typeof readMetadataFile;
  } = {},
): Promise<(StoredObject & PresentObject) | undefined> {
  const { location = `${layout.root}/`, readMetadata = readMetadataFile } = options;
  const path = layout.objectPath(key);
  await assertNoLinks(layout.root, path);
  for (;;) {
    const file = await openWholeFile(path).catch(noObject);
    if (file === undefined) return undefined;
    try {
      const opened = file.stat;
      assertSize(location, key, Number(opened.size), options);
      const body = await file.read();
      const content = contentHash(body);
      const found = await readMetadata(layout.metadataPath(key));
      const known = found?.byContent[content];
      const present = known === undefined ? await stat(path, { bigint: true }).catch(noObject) : opened;
      if (present?.ino === opened.ino && present.dev === opened.dev) {
        const metadata = known ?? {};
        const etag = etagOf(content, metadata);
        return {
          body,
          content,
          metadata,
          etag,
          hasMetadataFile: found !== undefined,
          file: nameFile(opened),
        };
      }
    } finally {
      await file.close();
    }
  }
}

/** Its version is the name of its file, as the hash of an object takes all of its bytes. */
export async function readPart(
  layout: FolderLayout,
  key: string,
  { start, end, version }: PartRange,
): Promise<ObjectPart | undefined> {
  const path = layout.objectPath(key);
  await assertNoLinks(layout.root, path);
  const file = await openWholeFile(path).catch(noObject);
  if (file === undefined) return undefined;
  try {
    const [found, size] = [nameFile(file.stat), Number(file.stat.size)];
    if (start >= size || (version !== undefined && version !== found)) return undefined;
    return { body: await file.read(start, Math.min(end, size)), size, version: found };
  } finally {
    await file.close();
  }
}

/** `a/b` is no object when `a` is one, and `a` is none when it is a folder or a pipe. */
function noObject(error: unknown): undefined {
  const code = errorCode(error);
  if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== NOT_A_FILE) throw error;
}
