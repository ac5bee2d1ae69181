import { errorCode, FolderLockError } from '@client-tickets/local-folder';
import { ObjectStoreError } from '@client-tickets/micro-batch';
import type { Failure } from '../request-loop.ts';

/** Sorts an error of node:fs (see `Failure`) and says in a sentence what could not be done, why, and what helps. */
export function explainFolderFailure(error: unknown, location: string, what: string): Failure {
  if (error instanceof ObjectStoreError) {
    return {
      kind: error.code === 'refused' ? 'refused' : 'unanswered',
      message: error.message,
      cause: error.cause,
    };
  }
  if (error instanceof FolderLockError) {
    return { kind: 'refused', message: `${error.message} S3 takes many at once.`, cause: error };
  }
  const code = errorCode(error);
  const found = error instanceof Error ? error.message : String(error);
  return {
    kind: MAY_PASS.has(code ?? '') ? 'unanswered' : 'refused',
    message: `${location}: could not ${what} (${found}). ${ADVICE[code ?? ''] ?? 'Check the folder and its disk.'}`,
    cause: error,
  };
}

const MAY_PASS = new Set(['EAGAIN', 'EBUSY', 'EIO', 'EMFILE', 'ENFILE', 'ESTALE', 'ETIMEDOUT']);

const DISK_FULL = 'The disk is full: nothing half-written can be seen. Make room, then start again.';
const SAME_NAME = 'A file and a folder cannot share a name: remove the one that does not belong here.';
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'Give the user of this process permission to read and write there, or choose another folder.',
  EDQUOT: DISK_FULL,
  EEXIST: SAME_NAME,
  EIO: 'The disk reports an error; look at the system log.',
  EISDIR: SAME_NAME,
  ELOOP:
    'Symbolic links within a location are not followed: put there what the link leads to, or make that the location.',
  EMFILE: 'This process has too many open files: raise its limit (ulimit -n).',
  ENAMETOOLONG: 'The file system takes no name this long.',
  ENOENT: 'The folder was removed while in use, or its file system makes no new ones.',
  ENOTFILE: 'Remove what lies there: a pipe, a device or a folder has the place of a file.',
  ENOSPC: DISK_FULL,
  ENOTDIR: SAME_NAME,
  EPERM: 'Give the user of this process permission to read and write there, or choose another folder.',
  EROFS: 'The file system is mounted read-only: choose another folder.',
  EXDEV: 'Sub-folders on other file systems are not supported: mount the whole location.',
};
