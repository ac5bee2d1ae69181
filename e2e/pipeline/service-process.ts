import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** A service of this project as a process of its own, run from source as `pnpm consumer` does. */
export interface ServiceProcess {
  readonly pid: number | undefined;
  /** Resolves with the first log line that contains the text; rejects when the process ends without one. */
  waitForLog(text: string): Promise<string>;
  /** Everything that was written so far, stdout and stderr. */
  output(): string;
  /** The signal, at once. `SIGKILL` is what a crash looks like. */
  kill(signal: NodeJS.Signals): void;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export function startService(
  name: 'producer' | 'consumer' | 'demo' | 'operator',
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): ServiceProcess {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', join(root, `services/${name}/src/main.ts`), ...args],
    { cwd: root, env: { ...process.env, HTTP_PORT: '0', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const hear of waiting) hear(line);
    });
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
  const output = (): string => lines.join('\n');
  return {
    pid: child.pid,
    ended,
    output,
    kill: (signal) => child.kill(signal),
    waitForLog: (text) => {
      const found = lines.find((line) => line.includes(text));
      if (found !== undefined) return Promise.resolve(found);
      const heard = new Promise<string>((resolve) => {
        const hear = (line: string): void => {
          if (!line.includes(text)) return;
          waiting.delete(hear);
          resolve(line);
        };
        waiting.add(hear);
      });
      const over = ended.then((end) => {
        throw new Error(`${name} ended with ${end} and never said ${JSON.stringify(text)}:\n${output()}`);
      });
      return Promise.race([heard, over]);
    },
  };
}
