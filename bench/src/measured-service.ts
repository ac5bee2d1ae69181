import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { poll } from '@client-tickets/testkit';
import { sampleProcess, sessionProcesses } from './process-tree.ts';
import { guardSession, killSession } from './session-guard.ts';

/**
 * A process that runs while something is measured about it. Its output goes to a file: read through a pipe it would cost the
 * one who measures, and a program that waits for its reader would be slower.
 */
export interface MeasuredService {
  /** What it has written so far, to stdout and stderr. */
  readLog(): Promise<string>;
  /** Of it and all that it has started, now. */
  usage(): { readonly cpuSeconds: number; readonly residentBytes: number };
  /** Its exit code; `null` after a signal. */
  readonly ended: Promise<number | null>;
  /** At once (SIGKILL), with all that it has started, as a crash does. */
  kill(): Promise<void>;
  /** In order, and by force after 15 s. */
  stop(): Promise<void>;
}

const STOP_MS = 15_000;

export function startMeasuredService(command: {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly log: string;
}): MeasuredService {
  const output = openSync(command.log, 'w');
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: { ...process.env, ...command.env },
    stdio: ['ignore', output, output],
    detached: true, // a session of its own: that is how its descendants are told
  });
  closeSync(output);
  const session = child.pid ?? 0;
  const ended = once(child, 'exit').then(([code]: unknown[]) => (typeof code === 'number' ? code : null));
  const release = guardSession(session);
  return {
    ended,
    readLog: () => readFile(command.log, 'utf8'),
    usage: () => {
      const samples = sessionProcesses(session)
        .map(sampleProcess)
        .filter((sample) => sample !== undefined);
      return {
        cpuSeconds: samples.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
        residentBytes: samples.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
      };
    },
    kill: async () => {
      killSession(session);
      await ended;
      release();
    },
    stop: async () => {
      try {
        process.kill(session, 'SIGTERM');
      } catch {
        // it has ended by itself
      }
      const timer = setTimeout(() => killSession(session), STOP_MS);
      await ended.catch(() => null);
      clearTimeout(timer);
      killSession(session);
      release();
    },
  };
}

/** Resolves once it is so. Rejects when the process ends first, or after `seconds`. */
export async function until(
  condition: () => Promise<boolean>,
  options: { readonly what: string; readonly service: MeasuredService; readonly seconds: number },
): Promise<void> {
  const { what, service, seconds } = options;
  let hasEnded = false;
  const note = (): void => void (hasEnded = true);
  service.ended.then(note, note);
  try {
    await poll(what, seconds * 1000, async () => hasEnded || condition());
    if (hasEnded && !(await condition())) throw new Error(`${what}: the process has ended`);
  } catch (error) {
    const log = (await service.readLog()).trim().split('\n').slice(-3).join('\n');
    throw new Error(`${String(error)}\n${log}`, { cause: error });
  }
}
