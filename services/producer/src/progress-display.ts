import type { Production } from './production.ts';

/** Shows how a run goes, to people or in the log. */
export interface ProgressDisplay {
  update(production: Production): void;
  /** Shows the last state and leaves the terminal as it was. May be called again. */
  stop(): void;
}
