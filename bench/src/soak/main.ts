import { z } from 'zod';
import { benchCommand, minutes, parseOptions, positive } from '../command-options.ts';
import { hasS3 } from '../run-place.ts';
import { commonOptions, openSession } from '../session.ts';
import { measureSoak } from './measure-soak.ts';
import { soakMarkdown, type SoakReport } from './soak-report.ts';

const DRAIN_SECONDS = 600;

export async function soak(args: readonly string[]): Promise<void> {
  const options = parseOptions(
    benchCommand(
      'bench soak',
      'Keeps a consumer busy for long, kills it again and again and merges small files meanwhile: shows for each of its lives what it takes, ' +
        'and verifies the results at the end. Needs S3 (AWS_ENDPOINT_URL_S3, S3_BUCKET): a folder takes one writer at a time.',
    )
      .option('--minutes <n>', 'how long tickets come; fractions allowed', minutes, 60)
      .option('--tickets-per-second <n>', 'how many', positive, 1_000)
      .option('--rollover <duration>', 'after how long a result file is finished', '1 minute')
      .option('--kill-every <n>', 'so many minutes', minutes, 5)
      .option('--optimize-every <n>', 'so many minutes', minutes, 10),
    z.object({
      ...commonOptions,
      minutes: z.number(),
      ticketsPerSecond: z.number(),
      rollover: z.string(),
      killEvery: z.number(),
      optimizeEvery: z.number(),
    }),
    args,
  );
  if (options === undefined || !hasS3()) return;
  const { status, node, head, save, finish } = await openSession('soak', options);
  const report: SoakReport = {
    ...head,
    ticketsPerSecond: options.ticketsPerSecond,
    rollover: options.rollover,
    killEveryMinutes: options.killEvery,
    optimizeEveryMinutes: options.optimizeEvery,
    rows: [],
  };
  const { rows, ...end } = await measureSoak({
    ...options,
    node,
    killEveryMinutes: options.killEvery,
    optimizeEveryMinutes: options.optimizeEvery,
    drainSeconds: DRAIN_SECONDS,
    onPhase: (phase) => status.update(phase),
    onRow: async (known) => {
      report.rows = [...known];
      const last = known.at(-1);
      if (last !== undefined)
        status.say(
          `minute ${last.toMinute.toFixed(0)}: ${last.batches} batches, p50 ${last.p50} ms, ${(last.residentBytes / 1e6).toFixed(0)} MB`,
        );
      await save(report, soakMarkdown(report));
    },
  });
  const whole = { ...report, rows: [...rows], end };
  await finish(whole, soakMarkdown(whole));
  if (end.verified.code !== 0) process.exitCode = 1;
}
