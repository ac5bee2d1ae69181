import { Command } from 'commander';

/** What `pnpm bench <what>` measures. Each reads its own options. */
const MEASUREMENTS: Readonly<
  Record<string, { readonly about: string; run(args: readonly string[]): Promise<void> }>
> = {
  compare: {
    about: 'this project beside PySpark, Flink SQL, Pathway and Quix Streams (what `pnpm bench -w 1m` does)',
    run: async (args) => (await import('./compare/main.ts')).compare(args),
  },
  latency: {
    about: 'from produced to visible, at several rates',
    run: async (args) => (await import('./latency/main.ts')).latency(args),
  },
  steady: {
    about: 'what it costs to run all day: CPU, memory, S3 requests and their price',
    run: async (args) => (await import('./steady/main.ts')).steady(args),
  },
  growth: {
    about: 'what thousands of batches make of time, memory, checkpoint and listings',
    run: async (args) => (await import('./growth/main.ts')).growth(args),
  },
  soak: {
    about:
      'what an hour with kills and merged files leaves: memory, checkpoint, files, and whether every ticket is counted once',
    run: async (args) => (await import('./soak/main.ts')).soak(args),
  },
  profile: {
    about: "what the consumer's CPU time goes into, by stage",
    run: async (args) => (await import('./profile/main.ts')).profile(args),
  },
  viewers: {
    about: 'what viewers of the pipeline UI cost',
    run: async (args) => (await import('./viewers/main.ts')).viewers(args),
  },
  report: {
    about: 'fills the tables of docs/performance.md from the newest results',
    run: async (args) => (await import('./report/main.ts')).report(args),
  },
};

/** `words`: what stands behind `pnpm bench`. */
export async function runBench(words: readonly string[]): Promise<void> {
  // `pnpm bench -- --help` hands on the two dashes.
  const given = words[0] === '--' ? words.slice(1) : words;
  const [what = '--help', ...rest] = given;
  const chosen = MEASUREMENTS[what];
  if (chosen !== undefined) return chosen.run(rest);
  if (what.startsWith('-') && what !== '--help' && what !== '-h') return MEASUREMENTS['compare']?.run(given);
  const help = new Command('bench')
    .usage('[what] [options]')
    .description('Measures this project. Each has --help.');
  for (const [name, { about }] of Object.entries(MEASUREMENTS)) help.command(name).description(about);
  if (what === '--help' || what === '-h') help.outputHelp();
  else help.error(`expected one of ${Object.keys(MEASUREMENTS).join(', ')}, found ${what}`, { exitCode: 2 });
}
