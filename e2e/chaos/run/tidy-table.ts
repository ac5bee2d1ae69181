import { startTickets } from './tickets-process.ts';
import { verifyResults } from './verify-results.ts';

const HOUR_MS = 3_600_000;
const STEPS = [
  { args: ['optimize', '--init'], laterByMs: 0 },
  { args: ['vacuum', '--retain', '1h', '--yes'], laterByMs: 2 * HOUR_MS },
];

/** Merges what is left to merge, and deletes two hours later what is needed no more. `verify` must find the same tickets after each. */
export async function tidyTable(
  operator: string,
  settings: Readonly<Record<string, string>>,
  tickets: number,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { args, laterByMs } of STEPS) {
    const command = startTickets(operator, args, settings, laterByMs);
    const code = await command.ended;
    if (code !== 0) problems.push(`tickets ${args.join(' ')} ended with ${code}:\n${command.output()}`);
    const verified = await verifyResults(operator, settings);
    if (!verified.ok) problems.push(`verify found differences after ${args[0]}:\n${verified.output}`);
    else if (verified.tickets !== tickets)
      problems.push(`verify counts ${verified.tickets} tickets after ${args[0]}, expected ${tickets}`);
  }
  return problems;
}
