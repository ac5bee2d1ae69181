import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

const COUNTS_MAY_LAG_S = '30';

const reportSchema = z.object({
  partitions: z.array(z.object({ rows: z.number() })),
});
const failureSchema = z.object({ stdout: z.string(), stderr: z.string() });

export type VerifyVerdict =
  { readonly ok: true; readonly tickets: number } | { readonly ok: false; readonly output: string };

/** What `pnpm tickets verify` says of a run's results. */
export async function verifyResults(
  operator: string,
  environment: Readonly<Record<string, string>>,
): Promise<VerifyVerdict> {
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [operator, 'verify', '--json', '--wait', COUNTS_MAY_LAG_S],
      { env: { PATH: process.env['PATH'], ...environment }, maxBuffer: 64 * 1024 * 1024 },
    );
    const { partitions } = reportSchema.parse(JSON.parse(stdout));
    const tickets = partitions.reduce((sum, partition) => sum + partition.rows, 0);
    return { ok: true, tickets };
  } catch (error) {
    const failed = failureSchema.safeParse(error);
    if (!failed.success) throw error;
    return { ok: false, output: `${failed.data.stdout}\n${failed.data.stderr}`.trim() };
  }
}
