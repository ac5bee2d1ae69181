import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** For `NODE_OPTIONS`: the process says at its end how much memory it has had at most. */
export const MEMORY_REPORT = `--import=${pathToFileURL(join(import.meta.dirname, 'report-memory.mjs')).href}`;

/** In megabytes; `NaN` when it has not said so. */
export function readMostMemory(output: string): number {
  return Number(/most memory: (\d+) MB/.exec(output)?.[1]);
}
