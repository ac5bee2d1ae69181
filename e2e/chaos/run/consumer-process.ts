import { join } from 'node:path';
import { startProcess } from '@client-tickets/testkit';

const SHIFTED_CLOCK = join(import.meta.dirname, 'shifted-clock.mjs');

/** A consumer, run from its bundle as the image does. */
export interface ConsumerProcess {
  readonly group: string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly isOver: () => boolean;
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
  const consumer = startProcess({
    name: `the consumer of ${group}`,
    args: [...(clockShifts ? ['--import', SHIFTED_CLOCK] : []), bundle],
    environment: { PATH: process.env['PATH'], HTTP_PORT: '0', KAFKA_GROUP_ID: group, ...environment },
    hasChannel: clockShifts,
  });
  const { ended, isOver, output, kill } = consumer;
  return {
    group,
    ended,
    isOver,
    output,
    logged: async (text) => {
      const heard = consumer.waitForLog(text);
      await Promise.race([heard.catch(() => undefined), ended]);
    },
    kill: async () => {
      kill('SIGKILL');
      await ended;
    },
    freeze: () => kill('SIGSTOP'),
    thaw: () => kill('SIGCONT'),
    stop: () => {
      kill('SIGCONT');
      kill('SIGTERM');
    },
    shiftClock: (byMs) => consumer.send({ shiftClockBy: byMs }),
  };
}
