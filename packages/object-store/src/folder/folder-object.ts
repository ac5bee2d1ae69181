import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { assertNoLinks, errorCode, NOT_A_FILE, openFile } from '@client-tickets/local-folder';
import { assertSize, type GetOptions, type StoredObject } from '@client-tickets/micro-batch';
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
): Promise<StoredObject | undefined> {
  const { location = `${layout.root}/`, readMetadata = readMetadataFile } = options;
  const path = layout.objectPath(key);
  await assertNoLinks(layout.root, path);
  for (;;) {
    const file = await openFile(path).catch(noObject);
    if (file === undefined) return undefined;
    try {
      const opened = await file.stat({ bigint: true });
      assertSize(location, key, Number(opened.size), options);
      const body = await file.readFile();
      const content = contentHash(body);
      const metadata = (await readMetadata(layout.metadataPath(key)))?.byContent[content];
      const present = metadata === undefined ? await stat(path, { bigint: true }).catch(noObject) : opened;
      if (present?.ino === opened.ino && present.dev === opened.dev) {
        return { body, etag: etagOf(content, metadata ?? {}), metadata: metadata ?? {} };
      }
    } finally {
      await file.close();
    }
  }
}

/** `a/b` is no object when `a` is one, and `a` is none when it is a folder or a pipe. */
function noObject(error: unknown): undefined {
  const code = errorCode(error);
  if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== NOT_A_FILE) throw error;
}
