import type { Command } from '../measure-process.ts';
import type { ServiceRun } from '../service-run.ts';
import type { RequestCounts } from '../request-counts.ts';
import type { Workload } from '../workload.ts';

/** One run of one system. */
export interface Run extends ServiceRun {
  readonly workload: Workload;
  /** How many cores there are for it. */
  readonly cores: number;
}

/** What a run left. */
export interface RunResult {
  /** By type; `undefined`: this system counts nothing. */
  readonly counts: Readonly<Record<string, number>> | undefined;
  /** Files of enriched tickets, each of which must hold all tickets. */
  readonly enriched: readonly EnrichedFiles[];
  /** By kind. */
  readonly s3Requests?: RequestCounts;
}

export interface EnrichedFiles {
  readonly format: 'json' | 'parquet';
  readonly glob: string;
}

export interface System {
  /** For options and JSON. */
  readonly name: string;
  /** For tables. */
  readonly title: string;
  /** What it does of the job, and with which settings. */
  readonly job: string;
  /** How long it takes about, for the plan: until anything happens, and for each million. Measured runs replace it. */
  readonly guess: { readonly startSeconds: number; readonly secondsPerMillion: number };
  /** Why it cannot run here; `undefined`: it can. */
  readonly missing: (home: string) => Promise<string | undefined>;
  /** Changes when its runs can no longer be compared with earlier ones: another build, another job. */
  readonly version: (where: Pick<Run, 'home' | 'node'>) => Promise<string>;
  /** Starts what a run needs beside the system, before it is measured. `cleanUp` takes it away. */
  readonly prepare?: (run: Run) => Promise<void>;
  readonly command: (run: Run) => Command;
  /** Whether the first counts can be read. */
  readonly hasResult?: (run: Run) => Promise<boolean>;
  /** How often that is asked. Default: 10. */
  readonly resultEveryMs?: number;
  readonly result: (run: Run) => Promise<RunResult>;
  /** Takes away what the run left outside its folder, also when it was not begun. */
  readonly cleanUp?: (run: Run) => Promise<void>;
}
