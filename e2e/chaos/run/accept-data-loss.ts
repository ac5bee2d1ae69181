import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What an operator types when a consumer has stopped for data loss. Does nothing where none has. */
export async function acceptDataLoss(
  operator: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  await promisify(execFile)(process.execPath, [operator, 'accept-data-loss', '--yes'], {
    env: { PATH: process.env['PATH'], ...environment },
  });
}
