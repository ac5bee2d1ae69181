import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExpectedCounts } from '../bench-messages.ts';
import { measureProcess } from '../measure-process.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import { waitForIdle } from '../wait-for-idle.ts';
import { topicOf, type Workload } from '../workload.ts';
import { checkResult } from './check-result.ts';
import type { System, Run } from './system.ts';
import type { Measurement } from './measurement.ts';

/** Runs a system once, from nothing, and checks what it gave. A failure becomes the measurement's `problem`. */
export async function runSystem(
  system: System,
  options: {
    readonly workload: Workload;
    readonly expected: ExpectedCounts;
    readonly brokers: readonly string[];
    readonly home: string;
    readonly node: NodeRuntime;
    readonly cores: number;
    /** Where the Python environment `check` is, if not at `home`. */
    readonly readerHome?: string;
    readonly repetition: number;
    readonly timeoutSeconds: number;
    /** How long to wait for a machine that has nothing else to do. */
    readonly idleWaitSeconds: number;
    /** Leaves results and logs where they are. */
    readonly keep: boolean;
  },
): Promise<Measurement> {
  const { workload, expected, home, repetition, timeoutSeconds, keep } = options;
  const folder = await mkdtemp(join(tmpdir(), `bench-${system.name}-`));
  const groupId = `bench-${randomUUID()}`;
  const { brokers, node, cores } = options;
  const run: Run = { workload, topic: topicOf(workload), brokers, folder, groupId, home, node, cores };
  const version = await system.version(run);
  const busyBefore = await waitForIdle(options.idleWaitSeconds);
  const about = {
    system: system.name,
    workload: workload.name,
    repetition,
    version,
    busyBefore,
    at: new Date().toISOString(),
  };
  const { hasResult, resultEveryMs } = system;
  try {
    await system.prepare?.(run);
    const { firstResultSeconds, ...others } = await measureProcess(system.command(run), {
      folder,
      timeoutSeconds,
      cores,
      ...(hasResult === undefined ? {} : { hasResult: () => hasResult(run), resultEveryMs }),
    });
    const measures = firstResultSeconds === undefined ? others : { ...others, firstResultSeconds };
    if (measures.timedOut) return { ...about, ...measures, problem: `not done after ${timeoutSeconds} s` };
    if (measures.exitCode !== 0) {
      return { ...about, ...measures, problem: `exit code ${measures.exitCode}: ${await lastLine(folder)}` };
    }
    try {
      const result = await system.result(run);
      const problem = await checkResult(result, expected, options.readerHome ?? home);
      return {
        ...about,
        ...measures,
        ...(result.s3Requests === undefined ? {} : { s3Requests: result.s3Requests }),
        ...(problem === undefined ? {} : { problem }),
      };
    } catch (error) {
      return { ...about, ...measures, problem: `its result could not be read: ${firstLine(error)}` };
    }
  } finally {
    await system.cleanUp?.(run);
    if (keep) console.error(`  kept ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

async function lastLine(folder: string): Promise<string> {
  const lines = (await readFile(join(folder, 'stderr.log'), 'utf8')).trim().split('\n');
  return (lines.at(-1) ?? '').slice(0, 300);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error))
    .split('\n')
    .slice(0, 3)
    .join(' ')
    .slice(0, 300);
}
