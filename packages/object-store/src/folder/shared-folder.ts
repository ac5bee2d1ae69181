import { realpath, rm } from 'node:fs/promises';
import {
  acquireFolderLock,
  assertNoLinks,
  makeFolder,
  type FolderLock,
  type LockOptions,
} from '@client-tickets/local-folder';
import { folderLayout, type FolderLayout } from './folder-layout.ts';
import type { PresentObject } from './folder-object.ts';
import { createKeyQueue, type KeyQueue } from './key-queue.ts';

/** What all stores of one process on the same folder have in common. */
export interface SharedFolder {
  readonly layout: FolderLayout;
  readonly lock: FolderLock;
  /** Writers of one key take turns, whichever store they come from. */
  readonly writers: KeyQueue;
  /** What a swap put last, by key: the next one need not read it. */
  readonly swapped: Map<string, PresentObject>;
  /** Gives the lock back when the last store is closed, after the writes under way. */
  leave(): Promise<void>;
}

interface OpenFolder {
  readonly lock: FolderLock;
  readonly writers: KeyQueue;
  readonly swapped: Map<string, PresentObject>;
  users: number;
}

// Of the process, like the lock itself: results and checkpoints may lie in the same folder.
const openFolders = new Map<string, OpenFolder>();
const turns = createKeyQueue();

/** Locks a folder for this process, or joins those of it that have it open. What a crash left half-written is removed. */
export async function joinFolder(
  root: string,
  location: string,
  options: LockOptions,
): Promise<SharedFolder> {
  const real = await realpath(root); // two ways to one folder are one folder
  const layout = folderLayout(real);

  const enter = async (): Promise<OpenFolder> => {
    const present = openFolders.get(real);
    if (present !== undefined) {
      present.users++;
      return present;
    }
    for (const path of [layout.locks, layout.metadata, layout.temporary]) await assertNoLinks(real, path);
    const lock = await acquireFolderLock(layout.locks, location, options);
    try {
      await rm(layout.temporary, { recursive: true, force: true });
      await makeFolder(layout.temporary);
      await makeFolder(layout.metadata);
    } catch (error) {
      await lock.release();
      throw error;
    }
    const opened = { lock, writers: createKeyQueue(), swapped: new Map(), users: 1 };
    openFolders.set(real, opened);
    return opened;
  };

  const { lock, writers, swapped } = await turns.run(real, enter);
  const leave = async (): Promise<void> => {
    const present = openFolders.get(real);
    if (present === undefined || --present.users > 0) return;
    openFolders.delete(real);
    await present.writers.idle();
    await present.lock.release();
  };
  return { layout, lock, writers, swapped, leave: () => turns.run(real, leave) };
}
