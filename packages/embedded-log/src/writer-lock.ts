import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLogError } from './errors.ts';

/*
 * A lock is an empty file whose name says who holds it: `writer-<pid>-<start>-<token>@<host>.lock`. The kernel's start
 * time tells a process from a later one with the same pid (0 where the system does not say); the token tells apart two
 * copies of this module in one process.
 *
 * Whoever wants the lock first creates its own file and then looks for others. Of two that come at the same moment, the
 * one that creates its file last sees the other's, so never both get it; both may be refused.
 */
const lockName = /^writer-(?<pid>\d+)-(?<start>\d+)-(?<token>[0-9a-f]+)@(?<host>.+)\.lock$/;
const token = randomUUID().slice(0, 8);
const host = encodeURIComponent(hostname());

/**
 * Makes this process the only writer of a folder and returns the function that gives the lock back. The lock of a
 * process that died is taken over.
 */
export async function lockForWriting(folder: string): Promise<() => Promise<void>> {
  const start = (await processStart(process.pid)) ?? '0';
  const own = `writer-${process.pid}-${start}-${token}@${host}.lock`;
  const path = join(folder, own);
  try {
    await (await open(path, 'wx')).close();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw refusal(folder, own, `this process (${process.pid})`);
  }
  const release = (): Promise<void> => rm(path, { force: true });
  for (const name of await readdir(folder)) {
    const { pid, start, host: holder } = lockName.exec(name)?.groups ?? {};
    if (name === own || pid === undefined || start === undefined || holder === undefined) continue;
    // Whether a process of another machine or container lives cannot be seen from here.
    if (holder === host && !(await isAlive(Number(pid), start))) {
      await rm(join(folder, name), { force: true });
      continue;
    }
    await release();
    throw refusal(folder, name, `process ${pid} on ${decodeURIComponent(holder)}`);
  }
  return release;
}

function refusal(folder: string, lock: string, holder: string): EmbeddedLogError {
  return new EmbeddedLogError(
    'locked',
    `The log in ${folder} is being written by ${holder}, and a log has one writer at a time. ` +
      `Stop that writer first; if it is gone for certain, delete ${join(folder, lock)}.`,
  );
}

async function isAlive(pid: number, start: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user answers EPERM: it is alive.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  const now = await processStart(pid);
  return now === undefined || start === '0' || now === start;
}

/**
 * In clock ticks since the system started; `undefined` where the system does not say, `ended` for a zombie. Linux only:
 * proc(5), fields 3 and 22.
 */
async function processStart(pid: number): Promise<string | undefined> {
  let stat;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the program's name in parentheses and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'ended' : fields[22 - 3];
}
