import { setTimeout as delay } from 'node:timers/promises';
import { judgeReading } from '../witness/judge-reading.ts';
import type { Reading } from '../witness/reading.ts';
import { UnreadableError, type Witness } from '../witness/witness-process.ts';
import type { RunLocation } from './run-location.ts';
import { createStallMeter } from './stall-meter.ts';
import type { TicketFlow } from './ticket-flow.ts';

const READ_EVERY_MS = 1_200;
/** The reader must not take the machine from those who are watched. */
const REST_AFTER_READING = 3;
const LOOK_EVERY_MS = 300;

export interface RunWatch {
  /** What a reader saw that must never be seen. */
  readonly problems: readonly string[];
  /** Resolves when nothing looks any more. */
  stop(): Promise<{
    readonly readings: number;
    readonly unreadable: number;
    readonly longestStallMs: number;
  }>;
}

/** Looks at a run from outside, until it is told to stop. */
export function watchRun(options: {
  readonly witness: Witness;
  readonly location: RunLocation;
  readonly flow: TicketFlow;
  readonly committed: () => Promise<number | undefined>;
}): RunWatch {
  const { witness, location, flow, committed } = options;
  const stopping = new AbortController();
  const problems = new Set<string>();
  const stalls = createStallMeter();
  let readings = 0;
  let unreadable = 0;

  async function read(): Promise<void> {
    let before: Reading | undefined;
    let restMs = READ_EVERY_MS;
    while (await pause(restMs, stopping.signal)) {
      const began = performance.now();
      try {
        const reading = await witness.readResults(location.RESULTS_PATH);
        for (const problem of judgeReading(reading, before, flow.sent)) problems.add(problem);
        before = reading;
        readings += 1;
      } catch (error) {
        if (!(error instanceof UnreadableError)) throw error;
        unreadable += 1;
      }
      restMs = Math.max(READ_EVERY_MS, REST_AFTER_READING * (performance.now() - began));
    }
  }

  async function measure(): Promise<void> {
    do {
      stalls.observe(performance.now(), await committed(), flow.records());
    } while (await pause(LOOK_EVERY_MS, stopping.signal));
  }

  const looking = Promise.all([read(), measure()]);
  return {
    get problems() {
      return [...problems];
    },
    stop: async () => {
      stopping.abort();
      await looking;
      stalls.observe(performance.now(), await committed(), flow.records());
      return { readings, unreadable, longestStallMs: stalls.longestMs() };
    },
  };
}

/** Whether to go on. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return !signal.aborted;
}
