import { InvalidArgumentError } from 'commander';
import { spreadOf } from '../spread.ts';
import type { Workload } from '../workload.ts';
import type { System } from './system.ts';
import { runsOf, type Measurement } from './measurement.ts';

/** How often each workload is run by each system. */
export interface Repetitions {
  readonly usual: number;
  readonly of: ReadonlyMap<string, number>;
}

export interface PlannedRun {
  readonly workload: Workload;
  readonly system: System;
  readonly repetition: number;
}

/** `3`, or `200=5,1m=3,10m=1`, or both: `3,10m=1`. Without a number for all, it is 3. */
export function parseRepetitions(given: string): Repetitions {
  let usual = 3;
  const of = new Map<string, number>();
  for (const part of given.split(',')) {
    const match = /^\s*(?:([\w-]+)=)?([1-9]\d{0,2})\s*$/.exec(part);
    if (match === null)
      throw new InvalidArgumentError(`expected a number or a list such as 3,200=5,10m=1, found ${part}`);
    const [, name, number] = match;
    if (name === undefined) usual = Number(number);
    else of.set(name, Number(number));
  }
  return { usual, of };
}

/**
 * The runs that are missing of those asked for, in their order: all workloads, then again. Who begins changes each time, so
 * that no system always runs on a machine that another has just warmed. What is measured already counts, right or wrong.
 */
export function planRuns(options: {
  readonly workloads: readonly Workload[];
  readonly systems: readonly System[];
  readonly repetitions: Repetitions;
  readonly measured: readonly Measurement[];
}): readonly PlannedRun[] {
  const { workloads, systems, repetitions, measured } = options;
  const wanted = ({ name }: Workload): number => repetitions.of.get(name) ?? repetitions.usual;
  const most = Math.max(0, ...workloads.map(wanted));
  return Array.from({ length: most }, (_, index) => index + 1).flatMap((repetition) =>
    workloads
      .filter((workload) => repetition <= wanted(workload))
      .flatMap((workload) =>
        rotate(systems, repetition - 1)
          .filter(({ name }) => runsOf(measured, name, workload.name).length < repetition)
          .map((system) => ({ workload, system, repetition })),
      ),
  );
}

/** What comes with each run: waiting for a quiet machine, and reading the results. */
const AROUND_SECONDS = 2.5;
const READING_SECONDS_PER_MILLION = 1.5;

/** How many seconds runs may take: as long as the same ones took, or else as long as their system is known to take. */
export function estimateSeconds(
  runs: readonly PlannedRun[],
  measured: readonly Measurement[],
  timeoutSeconds: number,
): number {
  return runs.reduce((sum, { workload, system }) => {
    const before = spreadOf(
      runsOf(measured, system.name, workload.name).map(({ wallSeconds }) => wallSeconds),
    );
    const millions = workload.tickets / 1e6;
    const { startSeconds, secondsPerMillion } = system.guess;
    const run = before?.median ?? startSeconds + secondsPerMillion * millions;
    return sum + Math.min(run, timeoutSeconds) + AROUND_SECONDS + READING_SECONDS_PER_MILLION * millions;
  }, 0);
}

/** `about 12 min` */
export function inMinutes(seconds: number): string {
  return seconds < 90 ? `about ${Math.ceil(seconds)} s` : `about ${Math.ceil(seconds / 60)} min`;
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
