import { readdirSync, readFileSync } from 'node:fs';

/** What `/proc` says of one process now. */
export interface ProcessSample {
  readonly pid: number;
  /** In clock ticks since boot; tells a process from a later one with the same id. */
  readonly startedAt: string;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

const TICKS_PER_SECOND = 100; // what Linux shows to user space, on every platform that Node runs on
const PAGE_BYTES = 4096;

/** Processes of a session: the leader and all that it started, unless they left on purpose. */
export function sessionProcesses(session: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statFields(pid)?.[3] === String(session));
}

/** `undefined` when the process has ended. */
export function sampleProcess(pid: number): ProcessSample | undefined {
  const fields = statFields(pid);
  if (fields === undefined || fields[0] === 'Z') return undefined;
  return {
    pid,
    startedAt: fields[19] ?? '',
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    residentBytes: Number(fields[21]) * PAGE_BYTES,
  };
}

/** From the third field of `/proc/<pid>/stat` on; the second, the name, may hold anything. See proc(5). */
function statFields(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // it has ended between two looks
  }
}
