import type { NodeRuntime } from './node-runtime.ts';

/** What is measured, with whose brokers. */
export interface MeasuredBuild {
  /** Where peers are installed, and bundles. */
  readonly home: string;
  /** For the bundles of this project. */
  readonly node: NodeRuntime;
  readonly brokers: readonly string[];
}

export interface ServiceRun extends MeasuredBuild {
  readonly topic: string;
  readonly groupId: string;
  /** The run's own, and empty at its start: logs go there. */
  readonly folder: string;
}
