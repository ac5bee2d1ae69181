import { setTimeout as delay } from 'node:timers/promises';
import { startConsumer, type ConsumerProcess } from './consumer-process.ts';

const RESTART_AFTER_MS = 250;
const FAILED = 1;
const STOP_DEADLINE_MS = 60_000; // a consumer gives itself 30 s

export interface CrewOptions {
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly clockShifts: boolean;
}

/** The consumers of a run. One that fails by itself is started again, as Compose does; one that was killed is not. */
export interface SupervisedCrew {
  start(group: string): ConsumerProcess;
  /** Those that have not ended; the frozen ones are among them. */
  running(): readonly ConsumerProcess[];
  /** No consumer runs while this is done; then as many are there as before. */
  rest(work: () => Promise<void>): Promise<void>;
  shiftClocks(byMs: number): void;
  /** How often one failed by itself. */
  failures(): number;
  /** Stops them in order. What did not go in order is returned. */
  retire(): Promise<readonly string[]>;
  /** Kills what is left. */
  abandon(): Promise<void>;
  output(): string;
}

export function createSupervisedCrew(options: CrewOptions): SupervisedCrew {
  const everybody: ConsumerProcess[] = [];
  const supervised = new Set<Promise<void>>();
  let isRetired = false;
  let resting: Promise<void> = Promise.resolve();
  let failures = 0;
  let clockShift = 0;

  const running = (): readonly ConsumerProcess[] => everybody.filter(({ isOver }) => !isOver());

  function start(group: string): ConsumerProcess {
    const consumer = startConsumer({ ...options, group });
    everybody.push(consumer);
    if (clockShift !== 0) consumer.shiftClock(clockShift);
    const supervising = supervise(consumer).finally(() => supervised.delete(supervising));
    supervised.add(supervising);
    return consumer;
  }

  async function supervise({ ended, group }: ConsumerProcess): Promise<void> {
    const end = await ended;
    if (isRetired || end === 0 || end === 'SIGKILL') return;
    failures += 1;
    await delay(RESTART_AFTER_MS);
    await resting;
    if (!isRetired) start(group);
  }

  return {
    start,
    running,
    rest: async (work) => {
      let goOn = (): void => {};
      resting = new Promise((resolve) => (goOn = resolve));
      const stopped = await Promise.all(
        running().map(async ({ stop, ended, group }) => {
          stop();
          return (await ended) === 0 ? [group] : []; // one that fails just now is started again anyway
        }),
      );
      try {
        await work();
      } finally {
        goOn();
        for (const group of stopped.flat()) start(group);
      }
    },
    shiftClocks: (byMs) => {
      clockShift = byMs;
      for (const consumer of running()) consumer.shiftClock(byMs);
    },
    failures: () => failures,
    retire: async () => {
      isRetired = true;
      const problems: string[] = [];
      await Promise.all(
        running().map(async (consumer) => {
          consumer.stop();
          const end = await Promise.race([
            consumer.ended,
            delay(STOP_DEADLINE_MS, 'still there', { ref: false }),
          ]);
          // SIGTERM ends one that has not even begun to listen to it; what the fault did may end one just now.
          if (end === FAILED) failures += 1;
          else if (end !== 0 && end !== 'SIGTERM')
            problems.push(`a consumer that was asked to stop ended with ${end}`);
        }),
      );
      return problems;
    },
    abandon: async () => {
      isRetired = true;
      await Promise.all(running().map((consumer) => consumer.kill()));
      await Promise.all(supervised);
    },
    output: () =>
      everybody
        .map((consumer, index) => `=== consumer ${index + 1}, ${consumer.group}\n${consumer.output()}\n`)
        .join(''),
  };
}
