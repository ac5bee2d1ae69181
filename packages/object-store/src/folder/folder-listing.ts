import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@client-tickets/local-folder';
import type { ListedObject } from '@client-tickets/micro-batch';
import { compareKeys, isKey } from '../key.ts';

export type FolderEntry =
  | { readonly kind: 'folder'; readonly name: string }
  | { readonly kind: 'file'; readonly name: string; readonly size: number };

/** What lies directly in a folder, without what readers ignore; nothing when there is no such folder. */
export async function readEntries(folder: string): Promise<readonly FolderEntry[]> {
  const found = (await readdir(folder, { withFileTypes: true }).catch(ignoreMissing)) ?? [];
  const entries = await Promise.all(
    found.map(async (entry): Promise<FolderEntry | undefined> => {
      const { name } = entry;
      if (!isKey(name)) return undefined;
      if (entry.isDirectory()) return { kind: 'folder', name };
      if (!entry.isFile()) return undefined;
      const size = (await lstat(join(folder, name)).catch(ignoreMissing))?.size;
      return size === undefined ? undefined : { kind: 'file', name, size };
    }),
  );
  return entries.filter((entry) => entry !== undefined);
}

/**
 * The objects whose key starts with `prefix`, in order of key. `read` gives the entries of a folder by its key, which is empty
 * or ends with `/`. Objects that come or go meanwhile may or may not be among them.
 */
export async function* listFolder(
  prefix: string,
  read: (folderKey: string) => Promise<readonly FolderEntry[]>,
): AsyncGenerator<ListedObject> {
  const folderKey = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const entries = await read(folderKey);
  // With its slash a folder sorts as the keys in it do: `a-b` before `a/b`.
  const keyOf = ({ kind, name }: FolderEntry): string => folderKey + (kind === 'folder' ? `${name}/` : name);
  for (const entry of [...entries].sort((a, b) => compareKeys(keyOf(a), keyOf(b)))) {
    const key = keyOf(entry);
    if (entry.kind === 'file') {
      if (key.startsWith(prefix)) yield { key, size: entry.size };
    } else if (key.startsWith(prefix)) {
      yield* listFolder(key, read);
    }
  }
}

function ignoreMissing(error: unknown): undefined {
  const code = errorCode(error);
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}
