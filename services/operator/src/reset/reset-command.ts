import { handlerOptions, type OperatorSettings } from '../config.ts';
import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import {
  openQuery,
  parseStartingOffsets,
  resolveStartingOffsets,
  type StartingOffsets,
} from '@client-tickets/micro-batch';
import { parseMoment } from '@client-tickets/records';
import { createQueryHandler } from '@client-tickets/results';
import { addFlags, BROKER_FLAGS, FORMAT_FLAG, GROUP_FLAG, LOCATION_FLAGS, optionOf } from '../cli/flags.ts';
import { colors, showCount, showNumber, type Output } from '../cli/output.ts';
import type { Choose, OperatorContext, Stores } from '../cli/operator-context.ts';
import { findActiveConsumers } from './active-consumers.ts';
import { deleteQuery } from './delete-query.ts';
import { surveyReset, type ResetSurvey } from './reset-survey.ts';

interface Options {
  readonly startingOffsets?: StartingOffsets;
  readonly startingTimestamp?: ReturnType<typeof parseMoment>;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly force?: true;
}

export function addReset(program: Command, choose: Choose): void {
  const command = program
    .command('reset')
    .description(
      'Delete a query with its checkpoint and results, for a new start. Shows what it would delete, and asks. ' +
        'The topic and its records stay as they are.',
    )
    .option(
      '--starting-offsets <offsets>',
      'begin a new query here at once: earliest, latest or JSON such as {"client_tickets":{"0":23,"1":-2}}; ' +
        'without, the next start begins one',
      optionOf(parseStartingOffsets),
    )
    .addOption(
      new Option(
        '--starting-timestamp <time>',
        'the same by time: at the first record of this time or later (STARTING_TIMESTAMP_STRATEGY applies)',
      )
        .argParser(optionOf(parseMoment))
        .conflicts('startingOffsets'),
    )
    .option('--dry-run', 'show what would be deleted, and delete nothing')
    .option('--yes', 'do not ask')
    .option('--force', 'also while consumers seem to be at work; their next write fails');
  const flags = addFlags(command, [...LOCATION_FLAGS, ...BROKER_FLAGS, GROUP_FLAG, FORMAT_FLAG]);
  command.action((options: Options) => choose(flags(), (context) => runReset(context, options)));
}

async function runReset(context: OperatorContext, options: Options): Promise<0 | 1> {
  const { settings, output } = context;
  const { KAFKA_TOPIC: topic } = settings;
  const stores = await context.openStores({ results: 'read-if-there', checkpoints: 'read-if-there' });
  const survey = await surveyReset(context.query, stores, topic);
  showSurvey(survey, stores, topic, output);
  // Before anything is deleted: offsets that are wrong, or brokers that are away, must not be found out afterwards.
  const starting = startOf(options, settings);
  const startingOffsets = starting && (await resolveOffsets(starting, context));
  if (options.dryRun === true) return 0;

  const isEmpty = survey.checkpoints.objects + survey.results.objects === 0;
  if (isEmpty && startingOffsets === undefined) return 0;
  if (options.force !== true) {
    const locations = [settings.RESULTS_PATH, settings.CHECKPOINT_PATH];
    const active = await findActiveConsumers(locations, context.topic, settings.KAFKA_GROUP_ID);
    if (active !== undefined) {
      output.line(`${colors.red('✘')} ${active}; --force resets anyway. Nothing was deleted`);
      return 1;
    }
  }
  if (!isEmpty && options.yes !== true && !(await output.confirm('Delete all this for good?'))) {
    output.line('nothing was deleted; --yes deletes without asking');
    return 1;
  }
  const { results, checkpoints } = await context.openStores({ results: 'write', checkpoints: 'write' });
  await deleteQuery(context.query, { results, checkpoints }, topic, (deleted) =>
    output.progress(`${showNumber(deleted)} objects deleted`),
  );
  if (!isEmpty)
    output.line(`${colors.green('✔')} query ${survey.queryId ?? 'without a name'} of ${topic} is deleted`);
  if (startingOffsets === undefined) {
    output.line(
      'the next start of a consumer begins a new query, where STARTING_OFFSETS or STARTING_TIMESTAMP says',
    );
    return 0;
  }
  const handler = createQueryHandler(context.query, handlerOptions(settings));
  const identity = await openQuery(checkpoints, results, {
    topic,
    handlerVersion: handler.version,
    settings: handler.settings,
    create: () =>
      Promise.resolve({
        id: randomUUID(),
        startingOffsets,
        createdAt: new Date(context.clock.now()).toISOString(),
      }),
  });
  const begins = [...startingOffsets].map(([partition, offset]) => `${partition}:${offset}`).join(' ');
  output.line(`${colors.green('✔')} query ${identity.id} begins at ${begins} (partition:offset)`);
  return 0;
}

/** `undefined`: no new query was asked for. */
function startOf(
  { startingOffsets, startingTimestamp }: Options,
  { TIMESTAMP_ZONE, STARTING_TIMESTAMP_STRATEGY: strategy }: OperatorSettings,
): StartingOffsets | undefined {
  if (startingTimestamp === undefined) return startingOffsets;
  return { kind: 'timestamp', timestamp: startingTimestamp(TIMESTAMP_ZONE), strategy };
}

async function resolveOffsets(
  starting: StartingOffsets,
  { topic, settings }: OperatorContext,
): Promise<ReadonlyMap<number, bigint>> {
  const log = await topic.offsets.read();
  return resolveStartingOffsets(starting, settings.KAFKA_TOPIC, log, topic.findOffsetsAt);
}

function showSurvey(
  survey: ResetSurvey,
  { results, checkpoints }: Stores,
  topic: string,
  output: Output,
): void {
  const { queryId, unexpected } = survey;
  if (survey.checkpoints.objects + survey.results.objects === 0) {
    output.line(`there is nothing of ${topic} at ${checkpoints.location} and ${results.location}`);
  } else {
    output.line(`${colors.bold(topic)}, query ${queryId ?? 'without a name'}, would be deleted:`);
    for (const [where, { objects, bytes }] of [
      [`${checkpoints.location}${topic}/`, survey.checkpoints],
      [results.location, survey.results],
    ] as const) {
      output.line(`  ${where}  ${showCount(objects, 'object')}, ${showCount(bytes, 'byte')}`);
    }
  }
  if (unexpected.count === 0) return;
  const more = unexpected.count > unexpected.first.length ? ' and more' : '';
  output.line(
    colors.yellow(
      `${unexpected.count} other objects stay (${unexpected.first.join(', ')}${more}); a new query refuses a location that holds such`,
    ),
  );
}
