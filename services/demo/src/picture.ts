import pc from 'picocolors';

/** What the demo shows while it runs. */
export interface DemoState {
  /** Tickets of this run that the log has acknowledged, of how many. */
  readonly produced: number;
  readonly wanted: number;
  /** Over the whole stream, by type: what `ticket_counts` says. */
  readonly counts: Readonly<Record<string, number>>;
  readonly batches: readonly DemoBatch[];
}

export interface DemoBatch {
  readonly batchId: number;
  readonly tickets: number;
  readonly deadLetters: number;
  readonly milliseconds: number;
}

const BAR_WIDTH = 36;
const SHOWN_BATCHES = 6;

/** Progress of the producer, the latest micro-batches, and a bar for each type of ticket. */
export function drawPicture({ produced, wanted, counts, batches }: DemoState): string {
  const types = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  const most = Math.max(1, ...types.map(([, count]) => count));
  const width = Math.max(0, ...types.map(([type]) => type.length));
  return [
    `${pc.bold('producer')}  ${bar(produced / wanted, pc.cyan)} ${produced} of ${wanted} tickets`,
    '',
    pc.bold('micro-batches'),
    ...batches.slice(-SHOWN_BATCHES).map(drawBatch),
    '',
    pc.bold('tickets by type'),
    ...types.map(([type, count]) => `  ${type.padEnd(width)}  ${bar(count / most, pc.green)} ${count}`),
    `  ${'total'.padEnd(width)}  ${pc.bold(String(totalOf(counts)))}`,
  ].join('\n');
}

/** One line for a batch, also for where there is no terminal. */
export function drawBatch({ batchId, tickets, deadLetters, milliseconds }: DemoBatch): string {
  const rejected =
    deadLetters === 0 ? '' : `, ${deadLetters} ${deadLetters === 1 ? 'dead letter' : 'dead letters'}`;
  // As wide as the plural, so that times stay below each other.
  const counted = `${tickets === 1 ? 'ticket' : 'tickets'}${rejected}`.padEnd('tickets'.length);
  return `  batch ${String(batchId).padStart(3)}  ${String(tickets).padStart(4)} ${counted}  ${milliseconds.toFixed(0)} ms`;
}

export function totalOf(counts: DemoState['counts']): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function bar(share: number, color: (text: string) => string): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return color('█'.repeat(filled)) + pc.dim('░'.repeat(BAR_WIDTH - filled));
}
