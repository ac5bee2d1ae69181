import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serviceProgram, type ServiceName } from './service-program.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** A program that runs as a process of its own. */
export interface ServiceProcess {
  readonly pid: number | undefined;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly isOver: () => boolean;
  /** Resolves with the first line of output that contains the text; rejects when the process ends without one. */
  readonly waitForLog: (text: string) => Promise<string>;
  /** Everything that was written so far, stdout and stderr. */
  readonly output: () => string;
  /** The signal, at once. `SIGKILL` is what a crash looks like. */
  readonly kill: (signal: NodeJS.Signals) => void;
  /** A message to a process that was started with `hasChannel`. */
  readonly send: (message: object) => void;
}

export interface ProgramToStart {
  /** For error messages. */
  readonly name: string;
  /** For Node: flags, script, arguments. */
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Whether it hears messages by `process.on('message')`. */
  readonly hasChannel?: boolean;
}

/** The one way in which tests start a program of this project. */
export function startProcess({ name, args, environment, cwd, hasChannel }: ProgramToStart): ServiceProcess {
  const child = spawn(process.execPath, args, {
    cwd: cwd ?? ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', ...(hasChannel === true ? ['ipc' as const] : [])],
  });
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const listener of listeners) listener(line);
    });
  }
  let isOver = false;
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('error', (error) => lines.push(String(error)));
    child.on('close', (code, signal) => {
      isOver = true;
      resolve(code ?? signal ?? 'SIGKILL');
    });
  });
  const output = (): string => lines.join('\n');
  return {
    pid: child.pid,
    ended,
    isOver: () => isOver,
    output,
    kill: (signal) => void child.kill(signal),
    send: (message) => {
      // It may end just now; then nothing is left to hear it.
      if (!isOver && child.connected) child.send(message, () => undefined);
    },
    waitForLog: (text) => {
      const found = lines.find((line) => line.includes(text));
      if (found !== undefined) return Promise.resolve(found);
      const heard = new Promise<string>((resolve) => {
        const listener = (line: string): void => {
          if (!line.includes(text)) return;
          listeners.delete(listener);
          resolve(line);
        };
        listeners.add(listener);
      });
      const over = ended.then((end) => {
        throw new Error(`${name} ended with ${end} and never said ${JSON.stringify(text)}:\n${output()}`);
      });
      return Promise.race([heard, over]);
    },
  };
}

/** A service of this project, with this process's environment and more. */
export function startService(
  name: ServiceName,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): ServiceProcess {
  return startProcess({
    name,
    args: [...serviceProgram(name), ...args],
    environment: { ...process.env, HTTP_PORT: '0', ...environment },
  });
}
