import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { buildBundles } from '../build-bundles.ts';
import { benchCommand, parseOptions } from '../command-options.ts';
import { readCircumstances } from '../machine.ts';
import { findNode } from '../node-runtime.ts';
import { saveResult } from '../results-folder.ts';
import { missingS3 } from '../run-place.ts';
import { createStatusLine } from '../status-line.ts';
import { measureClientTickets, measureSpark } from './measure-steady.ts';
import { missingSpark } from './spark.ts';
import { steadyMarkdown, type SteadyReport } from './steady-report.ts';

const SETTLE_SECONDS = 10;

const status = createStatusLine();
const options = parseOptions(
  benchCommand(
    'bench:steady',
    'Measures what it costs to run all day: CPU, memory, S3 requests and their price, idle and at 1 ticket a second, with a trigger of one ' +
      'second; beside PySpark with the same trigger. Needs S3 (AWS_ENDPOINT_URL_S3, S3_BUCKET).',
  )
    .option('--minutes <n>', 'of each state; fractions allowed', minutes, 2)
    .option('--no-spark', 'this project alone'),
  z.object({
    home: z.string(),
    node: z.string().optional(),
    brokers: z.string(),
    output: z.string(),
    minutes: z.number(),
    spark: z.boolean(),
  }),
  process.argv.slice(2),
);
const noS3 = missingS3();
if (options !== undefined && noS3 !== undefined) {
  status.say(noS3);
  process.exitCode = 2;
} else if (options !== undefined) {
  const { home, output, minutes } = options;
  const node = await findNode(home, options.node);
  const sparkMissing = options.spark ? missingSpark(home) : 'left out (--no-spark)';
  const states = sparkMissing === undefined ? 5 : 3;
  status.say(`${states} states, about ${Math.ceil(states * (minutes + SETTLE_SECONDS / 60) + 1)} min`);
  await buildBundles(home);
  const report: SteadyReport = {
    kind: 'steady',
    startedAt: new Date().toISOString(),
    circumstances: await readCircumstances(node),
    minutes,
    rows: [],
    ...(sparkMissing === undefined ? {} : { sparkMissing }),
  };
  const how = {
    home,
    node,
    brokers: options.brokers.split(','),
    endpoint: process.env['AWS_ENDPOINT_URL_S3'] ?? '',
    bucket: process.env['S3_BUCKET'] ?? '',
    minutes,
    settleSeconds: SETTLE_SECONDS,
    onPhase: (phase: string) => status.update(phase),
  };
  status.say('this project');
  report.rows.push(...(await measureClientTickets(how)));
  await saveResult(output, report, steadyMarkdown(report));
  if (sparkMissing === undefined) {
    status.say('PySpark');
    report.rows.push(...(await measureSpark(how)));
  }
  status.stop();
  process.stdout.write(
    `${steadyMarkdown(report)}\n${await saveResult(output, report, steadyMarkdown(report))}\n`,
  );
}

function minutes(given: string): number {
  const number = Number(given);
  if (number > 0 && number <= 1_440) return number;
  throw new InvalidArgumentError(`expected minutes, found ${given}`);
}
