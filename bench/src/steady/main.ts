import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { benchCommand, parseOptions } from '../command-options.ts';
import { missingS3 } from '../run-place.ts';
import { commonOptions, openSession } from '../session.ts';
import { measureClientTickets, measureSpark } from './measure-steady.ts';
import { missingSpark } from './spark.ts';
import { steadyMarkdown, type SteadyReport } from './steady-report.ts';

const SETTLE_SECONDS = 10;

export async function steady(args: readonly string[]): Promise<void> {
  const options = parseOptions(
    benchCommand(
      'bench steady',
      'Measures what it costs to run all day: CPU, memory, S3 requests and their price, idle and at 1 ticket a second, with a trigger of one ' +
        'second; beside PySpark with the same trigger. Needs S3 (AWS_ENDPOINT_URL_S3, S3_BUCKET).',
    )
      .option('--minutes <n>', 'of each state; fractions allowed', parseMinutes, 2)
      .option('--no-spark', 'this project alone'),
    z.object({ ...commonOptions, minutes: z.number(), spark: z.boolean() }),
    args,
  );
  if (options === undefined) return;
  const noS3 = missingS3();
  if (noS3 !== undefined) {
    process.stderr.write(`${noS3}\n`);
    process.exitCode = 2;
    return;
  }
  const { minutes, spark, home } = options;
  const { status, node, head, save, finish } = await openSession('steady', options);
  const sparkMissing = spark ? missingSpark(home) : 'left out (--no-spark)';
  const states = sparkMissing === undefined ? 5 : 3;
  status.say(`${states} states, about ${Math.ceil(states * (minutes + SETTLE_SECONDS / 60) + 1)} min`);
  const report: SteadyReport = {
    ...head,
    minutes,
    rows: [],
    ...(sparkMissing === undefined ? {} : { sparkMissing }),
  };
  const how = {
    ...options,
    node,
    endpoint: process.env['AWS_ENDPOINT_URL_S3'] ?? '',
    bucket: process.env['S3_BUCKET'] ?? '',
    settleSeconds: SETTLE_SECONDS,
    onPhase: (phase: string) => status.update(phase),
  };
  status.say('this project');
  report.rows.push(...(await measureClientTickets(how)));
  await save(report, steadyMarkdown(report));
  if (sparkMissing === undefined) {
    status.say('PySpark');
    report.rows.push(...(await measureSpark(how)));
  }
  await finish(report, steadyMarkdown(report));
}

function parseMinutes(given: string): number {
  const number = Number(given);
  if (number > 0 && number <= 1_440) return number;
  throw new InvalidArgumentError(`expected minutes, found ${given}`);
}
