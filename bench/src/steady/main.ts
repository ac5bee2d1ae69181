import { parseDuration, parseTrigger } from '@client-tickets/micro-batch';
import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { benchCommand, minutes as parseMinutes, parseOptions } from '../command-options.ts';
import { hasS3 } from '../run-place.ts';
import { commonOptions, openSession } from '../session.ts';
import { combinations, measureCosts, minutesToWatch } from './measure-costs.ts';
import { measureClientTickets, measureSpark } from './measure-steady.ts';
import { missingSpark } from './spark.ts';
import { steadyMarkdown, type SteadyReport } from './steady-report.ts';

const SETTLE_SECONDS = 10;

export async function steady(args: readonly string[]): Promise<void> {
  const options = parseOptions(
    benchCommand(
      'bench steady',
      'Measures what it costs to run all day: CPU, memory, S3 requests and their price, idle and at 1 ticket a second, with a trigger of one ' +
        'second; beside PySpark with the same trigger. With --triggers and --rollovers also what each of these costs. Needs S3 ' +
        '(AWS_ENDPOINT_URL_S3, S3_BUCKET).',
    )
      .option('--minutes <n>', 'of each state; fractions allowed', parseMinutes, 2)
      .option(
        '--triggers <list>',
        'such as "1 second,10 seconds": their requests at 1 ticket a second',
        listOf(parseTrigger),
        [],
      )
      .addOption(
        new Option(
          '--rollovers <list>',
          'with each of these times after which a result file is finished; all at the same time, for whole rounds of the longest',
        )
          .argParser(listOf(parseDuration))
          .default(['1 minute'], '1 minute'),
      )
      .option('--no-spark', 'this project alone'),
    z.object({
      ...commonOptions,
      minutes: z.number(),
      triggers: z.array(z.string()),
      rollovers: z.array(z.string()),
      spark: z.boolean(),
    }),
    args,
  );
  if (options === undefined || !hasS3()) return;
  const { minutes, spark, home, triggers, rollovers } = options;
  const { status, node, head, save, finish } = await openSession('steady', options);
  const sparkMissing = spark ? missingSpark(home) : 'left out (--no-spark)';
  const states = sparkMissing === undefined ? 6 : 4;
  const watched = states * minutes + (triggers.length === 0 ? 0 : minutesToWatch(minutes, rollovers));
  status.say(`${states} states, about ${Math.ceil(watched + (states * SETTLE_SECONDS) / 60 + 1)} min`);
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
  if (triggers.length > 0) {
    status.say(`${combinations(triggers, rollovers).length} pairs of a trigger and a rollover`);
    report.rows.push(...(await measureCosts({ ...how, triggers, rollovers })));
    await save(report, steadyMarkdown(report));
  }
  if (sparkMissing === undefined) {
    status.say('PySpark');
    report.rows.push(...(await measureSpark(how)));
  }
  await finish(report, steadyMarkdown(report));
}

/** What the consumer reads with `parse`, as it was written. */
function listOf(parse: (text: string) => unknown): (given: string) => readonly string[] {
  return (given) =>
    given.split(',').map((each) => {
      try {
        parse(each);
      } catch (error) {
        throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
      }
      return each.trim();
    });
}
