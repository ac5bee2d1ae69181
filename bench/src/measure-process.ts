import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { sampleProcess, sessionProcesses } from './process-tree.ts';
import { guardSession, killSession } from './session-guard.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export interface ProcessMeasures {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly wallSeconds: number;
  /** User and system time of the process and all that it started. */
  readonly cpuSeconds: number;
  /** The largest sum of the resident sets (RSS) of all these processes, looked at every 50 ms. */
  readonly peakBytes: number;
  readonly firstResultSeconds: number | undefined;
}

const SAMPLE_MS = 50;
const SAMPLES_PER_SCAN = 4;

/**
 * Runs a command to its end and measures its whole process tree. Output goes to `stdout.log` and `stderr.log` in `folder`.
 *
 * CPU time is what the shell that starts it has collected of its descendants (`times`), or what the samples add up to where
 * that is more: a JVM that its parent did not wait for shows in the samples alone.
 */
export async function measureProcess(
  command: Command,
  options: {
    readonly folder: string;
    readonly timeoutSeconds: number;
    /** The first so many are its own; where there are more, it may not use them. */
    readonly cores?: number;
    /** Asked every `resultEveryMs` (10) until it says yes. */
    readonly hasResult?: () => Promise<boolean>;
    readonly resultEveryMs?: number | undefined;
  },
): Promise<ProcessMeasures> {
  const { folder, timeoutSeconds, hasResult, cores = cpus().length } = options;
  const timesFile = join(folder, 'times');
  const logs = ['stdout.log', 'stderr.log'].map((name) => openSync(join(folder, name), 'w'));
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const child = spawn(
    'bash',
    [
      '-c',
      '"$@"; status=$?; times >"$0"; exit $status',
      timesFile,
      ...(cores < cpus().length ? ['taskset', '-c', `0-${cores - 1}`] : []),
      command.file,
      ...command.args,
    ],
    { cwd: command.cwd, env: { ...process.env, ...command.env }, detached: true, stdio: ['ignore', ...logs] },
  );
  const exited = once(child, 'exit');
  const session = child.pid ?? 0;
  const release = guardSession(session);

  const sampler = sampleTree(session);
  let timedOut = false;
  const timeout = setTimeout(() => {
    timedOut = true;
    killSession(session);
  }, timeoutSeconds * 1000);
  const seen = watchForResult(hasResult, options.resultEveryMs ?? 10, elapsed);

  const [exitCode]: unknown[] = await exited;
  const wallSeconds = elapsed();
  clearTimeout(timeout);
  const sampled = sampler.stop();
  const firstResultSeconds = await seen.stop();
  killSession(session); // what it left behind
  release();
  for (const log of logs) closeSync(log);
  return {
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    timedOut,
    wallSeconds,
    cpuSeconds: Math.max(sampled.cpuSeconds, await readTimes(timesFile)),
    peakBytes: sampled.peakBytes,
    firstResultSeconds,
  };
}

function sampleTree(session: number): {
  stop(): { readonly cpuSeconds: number; readonly peakBytes: number };
} {
  const cpu = new Map<string, number>();
  let pids: readonly number[] = [session];
  let peakBytes = 0;
  let turn = 0;
  const sample = (): void => {
    if (turn++ % SAMPLES_PER_SCAN === 0) pids = sessionProcesses(session);
    let bytes = 0;
    for (const pid of pids) {
      const found = sampleProcess(pid);
      if (found === undefined) continue;
      bytes += found.residentBytes;
      cpu.set(`${pid} ${found.startedAt}`, found.cpuSeconds);
    }
    peakBytes = Math.max(peakBytes, bytes);
  };
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return { cpuSeconds: [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0), peakBytes };
    },
  };
}

function watchForResult(
  hasResult: (() => Promise<boolean>) | undefined,
  everyMs: number,
  elapsed: () => number,
): { stop(): Promise<number | undefined> } {
  if (hasResult === undefined) return { stop: async () => undefined };
  let found: number | undefined;
  let stopped = false;
  const watching = (async () => {
    for (;;) {
      const last = stopped;
      if (await hasResult()) {
        found = elapsed();
        return;
      }
      if (last) return;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await watching;
      return found;
    },
  };
}

/** Second line of bash's `times`: `1m2.345s 0m0.678s`, user and system time of what it waited for. */
async function readTimes(file: string): Promise<number> {
  try {
    const [, children = ''] = (await readFile(file, 'utf8')).split('\n');
    return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
      (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
      0,
    );
  } catch {
    return 0; // it was killed before it could write them
  }
}
