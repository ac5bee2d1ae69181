import type { Measurement } from '../../src/compare/measurement.ts';
import type { Circumstances } from '../../src/machine.ts';
import { WORKLOADS, type Workload } from '../../src/workload.ts';

export const CIRCUMSTANCES: Circumstances = {
  cores: 2,
  cpu: 'x',
  memoryGigabytes: 25,
  node: 'v24.0.0',
  commit: 'abc',
  loadAverage: 0,
};

/** What each report begins with. */
export const HEAD = { startedAt: '2026-01-01T00:00:00.000Z', circumstances: CIRCUMSTANCES } as const;

/** A run that went well, and took twice as many seconds of CPU. */
export function measured(
  system: string,
  workload: string,
  wallSeconds = 1,
  more: Partial<Measurement> = {},
): Measurement {
  return {
    system,
    workload,
    repetition: 1,
    version: '1',
    at: '',
    busyBefore: 0,
    exitCode: 0,
    timedOut: false,
    wallSeconds,
    cpuSeconds: 2 * wallSeconds,
    peakBytes: 100e6,
    ...more,
  };
}

export function workloadNamed(name: string): Workload {
  const workload = WORKLOADS.find((each) => each.name === name);
  if (workload === undefined) throw new Error(`there is no workload called ${name}`);
  return workload;
}

/** The rows of a Markdown table, however wide its columns are. */
export function rowsOf(table = ''): readonly string[] {
  return table
    .split('\n')
    .slice(2)
    .map((line) => line.replaceAll(/ +/g, ' '));
}
