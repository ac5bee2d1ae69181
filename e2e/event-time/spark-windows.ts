import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { WindowCount } from './expected-windows.ts';

const home = process.env['BENCH_HOME'] ?? join(homedir(), '.cache/client-tickets-bench');
const python = join(home, 'pyspark/bin/python');
const job = fileURLToPath(new URL('../../bench/peers/pyspark_windows.py', import.meta.url));

/** Whether PySpark is asked for, and `bench/peers/set-up pyspark` has been run: a minute that not every run has to take. */
export const hasSpark =
  process.env['E2E_SPARK'] === '1' && existsSync(python) && existsSync(join(home, 'pyspark.ready'));

const output = z.object({
  windows: z.array(
    z.object({
      window_start: z.string(),
      window_end: z.string(),
      type: z.string(),
      ticket_count: z.int(),
    }),
  ),
  dropped: z.int(),
});

/** What PySpark makes of a topic, in batches of so many offsets. */
export async function sparkWindows(
  topic: string,
  { delay, offsetsPerTrigger }: { readonly delay: string; readonly offsetsPerTrigger: number },
): Promise<{ readonly windows: readonly WindowCount[]; readonly dropped: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'spark-windows-'));
  try {
    const args = [job, process.env['KAFKA_BROKERS'] ?? '', topic, String(offsetsPerTrigger), delay, folder];
    const { stdout } = await promisify(execFile)(python, args, {
      env: { ...process.env, BENCH_HOME: home },
      maxBuffer: 2 ** 24,
    });
    return output.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } finally {
    await rm(folder, { recursive: true });
  }
}
