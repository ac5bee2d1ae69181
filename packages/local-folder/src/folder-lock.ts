import { constants } from 'node:fs';
import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, type Logger, silentLogger, systemClock } from '@client-tickets/micro-batch';
import { makeFolder } from './durable-file.ts';
import { errorCode } from './error-code.ts';
import {
  findProcess,
  formatLockHolder,
  judgeHolder,
  parseLockHolder,
  thisMachine,
  thisProcess,
  type LockHolder,
} from './lock-holder.ts';
import { openFile, readSmallFile } from './private-file.ts';

/**
 * - `in-use`: another process has the folder, or this one has it already.
 * - `taken-over`: it was taken over while this process did not answer.
 * - `damaged`: what lies among the locks is none.
 */
export class FolderLockError extends Error {
  override readonly name = 'FolderLockError';
  readonly code: 'in-use' | 'taken-over' | 'damaged';

  constructor(code: FolderLockError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface FolderLock {
  /** Rejects with `FolderLockError` when another process has taken the folder over. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

export interface LockOptions {
  readonly clock?: Clock;
  /** Told when the answer takes a while. Default: silent. */
  readonly logger?: Logger;
}

// Every process that may open a folder must agree on these.
const BEAT_EVERY_MS = 2_000;
const GONE_AFTER_MS = 10_000;
const LAST_NUMBER = 999_999_999_999;

/**
 * One process at a time writes to a local folder. `locks` is a folder of locks alone; `location` is what the errors call it.
 *
 * The lock is the file with the highest number in `locks`. It is made exclusively, so that of several who want the next
 * number one gets it, and numbers only grow: letting go marks the file, and the next holder removes it.
 *
 * 1. No holder, or it has let go: take the next number.
 * 2. The holder runs in this pid namespace of this kernel: its number and start time say for certain whether it still
 *    runs. If so, refuse; if not, take the next number at once. A stopped process still runs.
 * 3. Any other owner (another container, another machine) can't be asked. It touches its file every 2 s. Seen to do so: refuse.
 *    Not seen for 10 s: take the next number. No two clocks are compared.
 * 4. A holder looks before each write whether its number still is the highest, so that one that was frozen for longer finds
 *    out.
 */
export async function acquireFolderLock(
  locks: string,
  location: string,
  { clock = systemClock, logger = silentLogger }: LockOptions = {},
): Promise<FolderLock> {
  await makeFolder(locks);
  for (;;) {
    const numbers = await readNumbers(locks);
    const newest = numbers.at(-1) ?? 0;
    if (newest === LAST_NUMBER) {
      const path = join(locks, String(newest));
      throw new FolderLockError(
        'damaged',
        `${path} is no lock of ${location}: no lock gets that far. Delete it.`,
      );
    }
    if (newest > 0 && !(await mayTakeOver(join(locks, String(newest)), location, clock, logger))) continue;

    const mine = newest + 1;
    const path = join(locks, String(mine));
    const holder = thisProcess(new Date(clock.now()).toISOString());
    if (!(await createExclusively(path, formatLockHolder(holder)))) continue;
    // A process that was slow to decide may have made a number that has been passed by meanwhile.
    if ((await readNumbers(locks)).at(-1) !== mine) {
      await rm(path, { force: true });
      continue;
    }
    for (const older of numbers) await rm(join(locks, String(older)), { force: true });
    return heldLock(locks, mine, holder, location, clock);
  }
}

function heldLock(
  locks: string,
  mine: number,
  holder: LockHolder,
  location: string,
  clock: Clock,
): FolderLock {
  const path = join(locks, String(mine));
  const beat = (): void => {
    const now = new Date(clock.now());
    // One lost beat is nothing. After many, others may take over, and `assertHeld` tells.
    utimes(path, now, now).catch(() => {});
  };
  const beating = setInterval(beat, BEAT_EVERY_MS).unref();

  return {
    assertHeld: async () => {
      const newest = (await readNumbers(locks)).at(-1);
      if (newest === mine) return;
      const other = newest === undefined ? undefined : await readHolder(join(locks, String(newest)));
      throw new FolderLockError(
        'taken-over',
        `${location} was taken over by ${describe(other)}, or removed, while this process did not answer. Nothing more is ` +
          'written. Let one process at a time work on this folder.',
      );
    },
    release: async () => {
      clearInterval(beating);
      if ((await readNumbers(locks)).at(-1) !== mine) return;
      await overwrite(path, formatLockHolder({ ...holder, released: true }), constants.O_TRUNC);
    },
  };
}

/** `true`: the holder is gone. `false`: things have changed, look again. Rejects when the holder is alive. */
async function mayTakeOver(path: string, location: string, clock: Clock, logger: Logger): Promise<boolean> {
  const holder = await readHolder(path);
  const verdict = holder === undefined ? 'unknown' : judgeHolder(holder, thisMachine(), findProcess);
  if (verdict === 'gone') return true;
  if (verdict === 'running') throw inUse(location, holder);

  logger.info(
    { location, holder },
    `Waiting up to ${GONE_AFTER_MS / 1000} s to see whether the holder of the folder is alive`,
  );
  const first = await readBeat(path);
  const deadline = clock.monotonic() + GONE_AFTER_MS;
  while (clock.monotonic() < deadline) {
    await clock.sleep(BEAT_EVERY_MS / 2);
    const next = await readBeat(path);
    if (next === undefined) return false;
    if (next !== first) {
      const seen = await readHolder(path);
      if (seen?.released === true) return false;
      throw inUse(location, seen);
    }
  }
  return true;
}

function inUse(location: string, holder: LockHolder | undefined): FolderLockError {
  return new FolderLockError(
    'in-use',
    `${location} is in use by ${describe(holder)}. One process at a time may write there: stop that one, or choose another folder.`,
  );
}

function describe(holder: LockHolder | undefined): string {
  if (holder === undefined) return 'another process';
  const isOwn = holder.pid === process.pid && holder.machine === thisMachine();
  return `${isOwn ? 'this process,' : 'process'} ${holder.pid} on host ${holder.host} (since ${holder.since})`;
}

/** In ascending order. Longer names are no locks: adding one to them would change nothing. */
async function readNumbers(locks: string): Promise<readonly number[]> {
  const names = await readdir(locks).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []; // removed under our feet: then it has no holder
    throw error;
  });
  return names
    .filter((name) => /^[1-9]\d{0,11}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    return parseLockHolder((await readSmallFile(path)).toString());
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Changes with each sign of life. `undefined` when the file is gone. Opens the file, as NFS is up to date only then. */
async function readBeat(path: string): Promise<string | undefined> {
  try {
    const file = await openFile(path);
    try {
      const { mtimeNs, size } = await file.stat({ bigint: true });
      return `${mtimeNs} ${size}`;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function createExclusively(path: string, text: string): Promise<boolean> {
  try {
    await overwrite(path, text, constants.O_CREAT | constants.O_EXCL);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    // On a full disk: a lock without a holder would let the next one wait for a sign of life.
    await rm(path, { force: true });
    throw error;
  }
}

async function overwrite(path: string, text: string, flags: number): Promise<void> {
  const file = await openFile(path, constants.O_WRONLY | flags);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}
