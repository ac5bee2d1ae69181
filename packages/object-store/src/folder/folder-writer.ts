import { randomUUID } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assertNoLinks, errorCode, systemError, type FolderLock } from '@client-tickets/local-folder';
import { ObjectStoreError } from '@client-tickets/micro-batch';
import type { Parts, Pieces } from '../buffered-upload.ts';
import type { UserMetadata } from '../user-metadata.ts';
import type { Disk } from './disk.ts';
import type { FolderLayout } from './folder-layout.ts';
import { contentHash, readObject, type PresentObject } from './folder-object.ts';
import { formatMetadataFile, readMetadataFile } from './metadata-file.ts';

/** An object to be: the hash of its content, and its metadata. */
type Described = Pick<PresentObject, 'content' | 'metadata'>;

export interface FolderWriter {
  /** Resolves to `false` when something has this name already, and nothing was changed. */
  create(key: string, body: Uint8Array, metadata: UserMetadata): Promise<boolean>;
  /** Creates or replaces. */
  write(key: string, body: Uint8Array, metadata: UserMetadata): Promise<void>;
  /** Replaces what is known to be there; `content`: the hash of `body`. */
  replace(key: string, body: Uint8Array, next: Described, present: PresentObject): Promise<void>;
  remove(key: string): Promise<void>;
  /** A file that comes in parts. What is left of it after a crash is removed when the folder is opened. */
  beginParts(): Parts;
}

/**
 * The steps of a write; each is durable before the next (of a file that comes in parts when it is whole), and a crash between any two leaves the old object or the new one:
 *
 * 1. The content goes into a file of its own below the hidden folder.
 * 2. The metadata file is replaced by one that knows the old content's metadata and the new one's. Where the content stays
 *    the same, this is the moment at which the object changes.
 * 3. The content gets its name: by `rename`, or by `link` when there must be no object yet (then it fails with EEXIST).
 */
export function createFolderWriter(
  layout: FolderLayout,
  disk: Disk,
  lock: Pick<FolderLock, 'assertHeld'>,
): FolderWriter {
  /** Writes a file under a name that no reader looks for, and hands it to `publish`. */
  async function prepare(
    content: Uint8Array | string,
    publish: (temporary: string) => Promise<'moved' | 'linked'>,
  ): Promise<void> {
    const temporary = join(layout.temporary, randomUUID());
    let published: 'moved' | 'linked' | undefined;
    try {
      await disk.create(temporary, content);
      published = await publish(temporary);
    } finally {
      // What can't be removed now is at the next opening. It must not hide why the write failed.
      if (published !== 'moved') await disk.remove(temporary).catch(() => {});
    }
  }

  async function writeMetadata(
    key: string,
    { content, metadata }: Described,
    present: PresentObject | undefined,
  ): Promise<void> {
    const path = layout.metadataPath(key);
    const hasFile = present?.hasMetadataFile ?? (await readMetadataFile(path)) !== undefined;
    if (!hasFile && Object.keys(metadata).length === 0) return;
    const old = present ?? (hasFile ? await readObject(layout, key) : undefined);
    const byContent = {
      ...(old === undefined ? {} : { [old.content]: old.metadata }),
      [content]: metadata,
    };
    await prepare(formatMetadataFile({ key, byContent }), async (temporary) => {
      await disk.rename(temporary, path);
      await disk.syncFolder(layout.metadata);
      return 'moved';
    });
  }

  /** Without `present` it is not known what is there, or nothing is. */
  async function publish(
    key: string,
    body: Uint8Array,
    next: Described,
    giveName: (temporary: string, path: string) => Promise<'moved' | 'linked'>,
    present?: PresentObject,
  ): Promise<void> {
    const path = layout.objectPath(key);
    const folder = dirname(path);
    await prepare(body, async (temporary) => {
      if (present === undefined) await disk.makeFolder(folder);
      await lock.assertHeld();
      await writeMetadata(key, next, present);
      const way = await giveName(temporary, path);
      await disk.syncFolder(folder);
      return way;
    });
  }

  const move = async (temporary: string, path: string): Promise<'moved'> => {
    await disk.rename(temporary, path);
    return 'moved';
  };

  /** What has this name. Rejects with `ELOOP` when a symbolic link is on the way to it, or in its place. */
  async function find(path: string): Promise<'nothing' | 'file' | 'folder'> {
    await assertNoLinks(layout.root, dirname(path));
    try {
      const found = await lstat(path);
      if (found.isSymbolicLink()) throw systemError('ELOOP', `${path} is a symbolic link`);
      return found.isDirectory() ? 'folder' : 'file';
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return 'nothing';
      throw error;
    }
  }

  return {
    create: async (key, body, metadata) => {
      const path = layout.objectPath(key);
      // Looked up first: what is there keeps its metadata. The link makes sure even if another process ignores the lock.
      const present = await find(path);
      if (present === 'file') return false;
      if (present === 'folder') {
        throw new ObjectStoreError('refused', `${path} is a folder, so no object can have this name.`);
      }
      let taken = false;
      await publish(key, body, describe(body, metadata), async (temporary) => {
        await disk.link(temporary, path).catch((error: unknown) => {
          taken = errorCode(error) === 'EEXIST';
          if (!taken) throw error;
        });
        return 'linked';
      });
      return !taken;
    },
    write: async (key, body, metadata) => {
      await find(layout.objectPath(key));
      await publish(key, body, describe(body, metadata), move);
    },
    replace: (key, body, next, present) => publish(key, body, next, move, present),
    beginParts: () => {
      const temporary = join(layout.temporary, randomUUID());
      let begun: ReturnType<Disk['begin']> | undefined;
      const file = (): ReturnType<Disk['begin']> => (begun ??= disk.begin(temporary));
      const add = async (part: Pieces): Promise<void> => {
        for (const piece of part) await (await file()).append(piece);
      };
      /** Once, however often the name is tried: bytes would be there twice, and a disk tells only once what it could not write. */
      let finished: Promise<void> | undefined;
      const finish = async (last: Pieces): Promise<void> => {
        await add(last);
        await (await file()).finish();
      };
      return {
        add,
        complete: async (key, last) => {
          const path = layout.objectPath(key);
          await assertNoLinks(layout.root, path);
          await (finished ??= finish(last));
          await disk.makeFolder(dirname(path));
          await lock.assertHeld();
          await disk.rename(temporary, path);
          await disk.syncFolder(dirname(path));
        },
        abort: async () => {
          await begun?.then((open) => open.close()).catch(() => {});
          await disk.remove(temporary).catch(() => {});
        },
      };
    },
    remove: async (key) => {
      const path = layout.objectPath(key);
      if ((await find(path)) !== 'file') return;
      await lock.assertHeld();
      // In this order: an object without its metadata must never be seen.
      await disk.remove(path);
      await disk.syncFolder(dirname(path));
      await disk.remove(layout.metadataPath(key));
    },
  };
}

function describe(body: Uint8Array, metadata: UserMetadata): Described {
  return { content: contentHash(body), metadata };
}
