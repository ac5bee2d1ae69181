import { join } from 'node:path';
import { readCommandLine, type ChaosOptions } from './command-line.ts';
import type { Fault } from './faults/fault.ts';
import { FAULTS } from './faults/faults.ts';
import { mixRuns } from './plan/mix-runs.ts';
import { createProgressDisplay } from './report/progress-display.ts';
import { writeReliabilityPage } from './report/reliability-page.ts';
import { reliabilityTable, summary } from './report/reliability-table.ts';
import { appendResult, readResultsFile } from './report/results-file.ts';
import type { RunResult } from './report/run-result.ts';
import { openChaosContext } from './run/chaos-context.ts';
import { runAll } from './run/run-all.ts';

const options = readCommandLine(process.argv.slice(2), new Date());
if (options !== undefined) process.exitCode = await chaos(options);

/** Resolves with the exit code: 0 when no run failed. */
async function chaos(chosen: ChaosOptions): Promise<number> {
  const { runs, results: file } = chosen;
  const results = runs === 0 ? [] : await run(chosen);
  if (chosen.writeReport) await writeReliabilityPage(reliabilityTable(await readResultsFile(file), FAULTS));
  if (runs !== 0) process.stdout.write(`${summary(results)} Kept in ${file}.\n`);
  return results.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

async function run(chosen: ChaosOptions): Promise<readonly RunResult[]> {
  const { firstSeed, runs, minutes, parallel, results: file } = chosen;
  const faults = await possible(chosen.faults);
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  const timer = minutes === undefined ? undefined : setTimeout(stop, minutes * 60_000);
  process.once('SIGINT', stop);
  const context = await openChaosContext(join(file, '../failures'));
  const display = createProgressDisplay(process.stderr, runs);
  const results: RunResult[] = [];
  try {
    await runAll(mixRuns(faults, runs ?? Number.POSITIVE_INFINITY, firstSeed), context, {
      parallel,
      signal: stopping.signal,
      listener: {
        started: (plan) => display.started(plan),
        ended: async (result) => {
          results.push(result);
          display.ended(result);
          await appendResult(file, result);
        },
      },
    });
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', stop);
    display.close();
    await context.close();
  }
  return results;
}

/** Those that this machine lets happen; of the others it says why not. */
async function possible(faults: readonly Fault[]): Promise<readonly Fault[]> {
  const missing = await Promise.all(faults.map(async (fault) => fault.missing?.()));
  return faults.filter(({ name }, index) => {
    const reason = missing[index];
    if (reason !== undefined) process.stderr.write(`${name} is left out: ${reason}\n`);
    return reason === undefined;
  });
}
