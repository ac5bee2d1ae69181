import { startService } from './service-process.ts';

/** Runs `tickets` as its user does; resolves whatever its exit code is. */
export async function runTickets(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | NodeJS.Signals; readonly output: string }> {
  const tickets = startService('operator', environment, args);
  return { code: await tickets.ended, output: tickets.output() };
}
