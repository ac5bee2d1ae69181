import { execFile } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { NodeRuntime } from './node-runtime.ts';
import type { ResultKind } from './results-folder.ts';

/** Where and of what a result was measured. */
export const circumstancesSchema = z.object({
  cores: z.number(),
  cpu: z.string(),
  memoryGigabytes: z.number(),
  /** The one that ran the services. */
  node: z.string(),
  /** Of this repository; with `+` when files differ from it. */
  commit: z.string(),
  loadAverage: z.number(),
});
export type Circumstances = z.infer<typeof circumstancesSchema>;

/** What each report of one sitting begins with. */
export const headOf = <Kind extends ResultKind>(kind: Kind) => ({
  kind: z.literal(kind),
  startedAt: z.string(),
  circumstances: circumstancesSchema,
});

export async function readCircumstances(node: NodeRuntime): Promise<Circumstances> {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGigabytes: Math.round(totalmem() / 1e9),
    node: node.version,
    commit: await commit(),
    loadAverage: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

export function describeCircumstances({ cores, cpu, memoryGigabytes, node, commit }: Circumstances): string {
  return (
    `${cores} cores (${cpu}), ${memoryGigabytes} GB of memory, services on Node ${node}, commit ${commit}; three Kafka brokers and the ` +
    'S3 server on the same cores.'
  );
}

async function commit(): Promise<string> {
  const cwd = join(import.meta.dirname, '../..');
  try {
    const head = await promisify(execFile)('git', ['rev-parse', '--short=10', 'HEAD'], { cwd });
    // Results are no part of what is measured.
    const changed = await promisify(execFile)(
      'git',
      ['status', '--porcelain', '--', '.', ':!bench/results', ':!docs'],
      { cwd },
    );
    return head.stdout.trim() + (changed.stdout === '' ? '' : '+');
  } catch {
    return 'unknown'; // not a checkout
  }
}
