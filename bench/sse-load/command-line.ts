import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';

export interface LoadOptions {
  /** Processed in each run. */
  readonly tickets: number;
  /** Viewers that read what they are sent. */
  readonly readers: number;
  /** Viewers that never read. */
  readonly deaf: number;
  /** Each has one run without viewers and one with them. */
  readonly rounds: number;
  /** Whether to end with 1 when a bound does not hold. */
  readonly bounds: boolean;
}

const optionsSchema = z.object({
  tickets: z.number(),
  readers: z.number(),
  deaf: z.number(),
  rounds: z.number(),
  bounds: z.boolean(),
});

/** Ends the process after `--help`, and with 1 when something is wrong. */
export function readCommandLine(args: readonly string[]): LoadOptions {
  const command = new Command('sse-load')
    .description(
      'What viewers of the pipeline UI cost the engine: the same tickets are processed without viewers and with them, in turns, ' +
        'and the medians are compared. Ends with 1 if time or memory are out of bounds. Wants a machine that does nothing else: ' +
        'the viewers alone need a core, and whatever else runs tells in the time.',
    )
    .option('--tickets <count>', 'tickets to process in each run', wholeFrom(1_000), 1_000_000)
    .option('--readers <count>', 'viewers that read what they are sent', wholeFrom(0), 180)
    .option('--deaf <count>', 'viewers that never read', wholeFrom(0), 20)
    .option('--rounds <count>', 'runs without viewers, and as many with them', wholeFrom(1), 5)
    .option('--no-bounds', 'only tell what was measured; for a try on a machine that has other work');
  return optionsSchema.parse(command.parse(args, { from: 'user' }).opts());
}

function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
    throw new InvalidArgumentError(`expected a whole number from ${least} on`);
  };
}
