export { createFile, makeFolder, replaceFile, syncFolder } from './durable-file.ts';
export { errorCode, systemError } from './error-code.ts';
export { acquireFolderLock, FolderLockError, type FolderLock, type LockOptions } from './folder-lock.ts';
export { GrowingFile } from './growing-file.ts';
export { assertNoLinks, NOT_A_FILE, openFile, openWholeFile, readSmallFile } from './private-file.ts';
