import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const SHIFTED_CLOCK = join(import.meta.dirname, 'shifted-clock.mjs');
const KEPT_LINES = 2_000;

/** A consumer, run from its bundle as the image does. */
export interface ConsumerProcess {
  readonly group: string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly isOver: () => boolean;
  /** What it logged last. */
  readonly output: () => string;
  /** Resolves with the first line that holds the text, or when the process has ended. */
  readonly logged: (text: string) => Promise<void>;
  /** A crash. Resolves when it is gone. */
  readonly kill: () => Promise<void>;
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Asks it to stop. */
  readonly stop: () => void;
  readonly shiftClock: (byMs: number) => void;
}

export function startConsumer(options: {
  readonly bundle: string;
  readonly group: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly clockShifts: boolean;
}): ConsumerProcess {
  const { bundle, group, environment, clockShifts } = options;
  const child = spawn(process.execPath, [...(clockShifts ? ['--import', SHIFTED_CLOCK] : []), bundle], {
    env: { PATH: process.env['PATH'], HTTP_PORT: '0', KAFKA_GROUP_ID: group, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', ...(clockShifts ? ['ipc' as const] : [])],
  });
  const lines: string[] = [];
  const hearing = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      for (const hear of hearing) hear(line);
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
  const signal = (name: NodeJS.Signals): void => {
    if (!isOver) child.kill(name);
  };
  return {
    group,
    ended,
    isOver: () => isOver,
    output: () => lines.join('\n'),
    logged: async (text) => {
      if (isOver || lines.some((line) => line.includes(text))) return;
      let hear = (_line: string): void => undefined;
      const heard = new Promise<void>((resolve) => {
        hear = (line) => {
          if (line.includes(text)) resolve();
        };
        hearing.add(hear);
      });
      await Promise.race([heard, ended]);
      hearing.delete(hear);
    },
    kill: async () => {
      signal('SIGKILL');
      await ended;
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    stop: () => {
      signal('SIGCONT');
      signal('SIGTERM');
    },
    shiftClock: (byMs) => {
      // It may end just now; then there is no clock to shift.
      if (!isOver && child.connected) child.send({ shiftClockBy: byMs }, () => undefined);
    },
  };
}
