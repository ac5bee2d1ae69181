import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import type { RunPlan } from '../plan/run-plan.ts';
import type { RunResult } from './run-result.ts';

export interface ProgressDisplay {
  started(plan: RunPlan): void;
  ended(result: RunResult): void;
  close(): void;
}

const REDRAW_MS = 250;

/** One line for each run that has ended; on a terminal also, below them, what is going on. */
export function createProgressDisplay(
  output: NodeJS.WriteStream,
  planned: number | undefined,
): ProgressDisplay {
  const running = new Map<string, number>();
  const draw = output.isTTY ? createLogUpdate(output) : undefined;
  let done = 0;
  let failed = 0;

  const redraw = (): void => {
    const all = planned === undefined ? `${done} runs` : `${done} of ${planned} runs`;
    const now = [...running].map(
      ([name, since]) => `${name} ${Math.round((performance.now() - since) / 1_000)} s`,
    );
    draw?.(
      `${pc.bold(all)}, ${failed === 0 ? 'none failed' : pc.red(`${failed} failed`)}; running: ${now.join(', ')}`,
    );
  };
  const timer = draw === undefined ? undefined : setInterval(redraw, REDRAW_MS);
  return {
    started: (plan) => {
      running.set(nameOf(plan), performance.now());
      redraw();
    },
    ended: (result) => {
      running.delete(nameOf(result));
      done += 1;
      if (result.problems.length > 0) failed += 1;
      draw?.clear();
      output.write(`${describe(result)}\n`);
      redraw();
    },
    close: () => {
      clearInterval(timer);
      draw?.clear();
      draw?.done();
    },
  };
}

function nameOf({ fault, seed }: { readonly fault: string; readonly seed: number }): string {
  return `${fault} ${seed}`;
}

function describe(result: RunResult): string {
  const {
    storage,
    consumers,
    tickets,
    lost,
    duplicated,
    longestStallMs,
    readings,
    restarts,
    seconds,
    problems,
  } = result;
  const verdict = problems.length === 0 ? pc.green('ok    ') : pc.red('FAILED');
  const where = storage === 's3' ? `S3, ${consumers} consumers` : 'folder';
  const figures =
    `${tickets} tickets, ${lost} lost, ${duplicated} duplicated, longest stall ${(longestStallMs / 1_000).toFixed(1)} s, ` +
    `${readings} readings, ${restarts} restarts, ${seconds} s`;
  return [
    `${verdict} ${nameOf(result)} (${where}): ${figures}`,
    ...problems.map((problem) => `       ${problem}`),
  ].join('\n');
}
