import { join } from 'node:path';
import { startProcess, type ServiceProcess } from '@client-tickets/testkit';

const SHIFTED_CLOCK = join(import.meta.dirname, 'shifted-clock.mjs');

/** Runs a command of the operator's program, perhaps at another time. */
export function startTickets(
  operator: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  laterByMs = 0,
): ServiceProcess {
  return startProcess({
    name: `tickets ${args.join(' ')}`,
    args: ['--import', SHIFTED_CLOCK, operator, ...args],
    environment: { PATH: process.env['PATH'], SHIFT_CLOCK_BY: String(laterByMs), ...environment },
  });
}
