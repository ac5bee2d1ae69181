import type { Command } from './measure-process.ts';
import type { Workload } from './workload.ts';

/** One run of one contender. */
export interface Run {
  readonly workload: Workload;
  readonly topic: string;
  readonly brokers: readonly string[];
  /** Empty at the start, and this run's alone. */
  readonly folder: string;
  readonly groupId: string;
  /** Where peers are installed. */
  readonly home: string;
}

/** What a run left. */
export interface RunResult {
  /** By type; `undefined`: this contender counts nothing. */
  readonly counts: Readonly<Record<string, number>> | undefined;
  /** Files of enriched tickets, each of which must hold all tickets. */
  readonly enriched: readonly EnrichedFiles[];
  readonly s3Requests?: number;
}

export interface EnrichedFiles {
  readonly format: 'json' | 'parquet';
  readonly glob: string;
}

export interface Contender {
  /** For options and JSON. */
  readonly name: string;
  /** For tables. */
  readonly title: string;
  /** What it does of the job, and with which settings. */
  readonly job: string;
  /** Why it cannot run here; `undefined`: it can. */
  readonly missing: (home: string) => Promise<string | undefined>;
  readonly command: (run: Run) => Command;
  /** Whether the first counts can be read. */
  readonly hasResult?: (run: Run) => Promise<boolean>;
  readonly result: (run: Run) => Promise<RunResult>;
  /** Takes away what the run left outside its folder. */
  readonly cleanUp?: (run: Run) => Promise<void>;
}
