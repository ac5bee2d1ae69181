import type { Clock } from '@client-tickets/micro-batch';
import { rateOf, type Production } from './production.ts';
import type { ProgressDisplay } from './progress-display.ts';

const CELLS = 40;
const USUAL_COLUMNS = 80;
const DRAW_EVERY_MS = 100;
const CLEAR_LINE = '\r\u001b[2K';

interface Terminal {
  /** 0 when unknown. */
  readonly columns: number;
  write(text: string): unknown;
}

/**
 * `[====------] 80/200 tickets, 1.0/s` in the last line of a terminal; without a bar for an endless run. A log line may take
 * its place at any time, and the bar appears below. The cursor is left alone, so there is nothing to mend after a kill.
 */
export function createProgressBar(terminal: Terminal, clock: Clock, count: number): ProgressDisplay {
  let isShown = false;
  let drawnAt = -Infinity;
  let last: Production | undefined;

  const draw = (production: Production): void => {
    const text = describeProgress(production, count);
    terminal.write(CLEAR_LINE + text.slice(0, (terminal.columns || USUAL_COLUMNS) - 1));
    isShown = true;
  };

  return {
    update(production) {
      last = production;
      const now = clock.monotonic();
      if (now - drawnAt < DRAW_EVERY_MS) return;
      drawnAt = now;
      draw(production);
    },
    stop() {
      if (!isShown || last === undefined) return;
      draw(last);
      terminal.write('\n');
      isShown = false;
    },
  };
}

function describeProgress(production: Production, count: number): string {
  const { tickets } = production;
  const rate = `${rateOf(production).toFixed(1)}/s`;
  if (count === 0) return `${tickets} tickets, ${rate}`;
  const bar = '='.repeat(Math.floor((CELLS * tickets) / count)).padEnd(CELLS, '-');
  return `[${bar}] ${tickets}/${count} tickets, ${rate}`;
}
