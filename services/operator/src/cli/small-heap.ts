import v8 from 'node:v8';

/**
 * Lets this process collect its garbage early: the heap may grow by a fifth over what is in use, and not by multiples of it,
 * as it may where there is plenty of memory. Costs about a fifth more time, and saves about 100 MB where large files are
 * read one after the other. Unlike a limit it can't end the process.
 */
export function keepHeapSmall(): void {
  v8.setFlagsFromString('--heap-growing-percent=20');
}
