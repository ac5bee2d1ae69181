import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatLockHolder, thisProcess, type LockHolder } from '../lock-holder.ts';

/** Writes a lock as a process that died would have left it: this process, unless told otherwise. Returns its path. */
export function leaveLock(locks: string, number: number, holder: Partial<LockHolder> = {}): string {
  mkdirSync(locks, { recursive: true });
  const path = join(locks, String(number));
  writeFileSync(path, formatLockHolder({ ...thisProcess('2026-01-01T00:00:00.000Z'), ...holder }));
  return path;
}
