import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from './error-code.ts';

/** Who holds a folder, as the lock file says it. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /**
   * Where `pid` means something: one boot of one kernel and one pid namespace. Host names can't say it: every container's
   * first process is 1, and a container may carry the name of another, or of the one it replaces.
   */
  readonly machine: string;
  /** When the process started, in the kernel's own count, so that a number used again is not taken for the same process. */
  readonly started: string | null;
  /** ISO 8601, for people. */
  readonly since: string;
  /** The holder has let go. */
  readonly released: boolean;
}

export interface FoundProcess {
  readonly started: string | null;
}

/**
 * Whether the holder still runs. `unknown`: it can't be told from here (another machine, another container, a system without
 * /proc), so only signs of life can.
 */
export function judgeHolder(
  holder: LockHolder,
  machine: string,
  findProcess: (pid: number) => FoundProcess | undefined,
): 'running' | 'gone' | 'unknown' {
  if (holder.released) return 'gone';
  if (holder.machine !== machine) return 'unknown';
  const found = findProcess(holder.pid);
  if (found === undefined) return 'gone';
  if (holder.started === null || found.started === null) return 'unknown';
  return found.started === holder.started ? 'running' : 'gone';
}

export function thisProcess(since: string): LockHolder {
  const started = findProcess(process.pid)?.started ?? null;
  return { pid: process.pid, host: hostname(), machine: thisMachine(), started, since, released: false };
}

export function thisMachine(): string {
  if (process.platform !== 'linux') return hostname();
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return `unknown ${crypto.randomUUID()}`; // equal to no other: leaves it to signs of life
  }
}

/** `undefined` when no process has this number. `started` is null where the system does not tell. */
export function findProcess(pid: number): FoundProcess | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return undefined;
  }
  try {
    // `4711 (any name) S 1 ...`: after the name come the fields 3 (state) and on; 22 is the start time. See proc(5).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? undefined : { started: rest[18] ?? null };
  } catch {
    return { started: null }; // no /proc, or not for us: the process is there, its start is unknown
  }
}

export function formatLockHolder(holder: LockHolder): string {
  return `${JSON.stringify(holder)}\n`;
}

/** `undefined` for what is no lock file, such as one that is being written. */
export function parseLockHolder(text: string): LockHolder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, host, machine, started, since, released } = { ...blank, ...value };
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined;
  if (typeof host !== 'string' || typeof machine !== 'string' || typeof since !== 'string') return undefined;
  if ((typeof started !== 'string' && started !== null) || typeof released !== 'boolean') return undefined;
  return { pid, host, machine, started, since, released };
}

const blank: Readonly<Record<keyof LockHolder, unknown>> = {
  pid: undefined,
  host: undefined,
  machine: undefined,
  started: undefined,
  since: undefined,
  released: undefined,
};
