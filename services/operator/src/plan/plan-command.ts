import { handlerOptions } from '../config.ts';
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { KafkaError } from '@client-tickets/kafka';
import {
  previewStart,
  type FindOffsetsAt,
  type PartitionOffsets,
  type PartitionPreview,
  type StartPreview,
} from '@client-tickets/micro-batch';
import { createQueryHandler } from '@client-tickets/results';
import { LOSS_ADVICE, startingPoint } from '@client-tickets/service-kit';
import { addFlags, BROKER_FLAGS, LOCATION_FLAGS, START_FLAGS } from '../cli/flags.ts';
import { colors, showOffsets, showNumber, type Output } from '../cli/output.ts';
import type { Choose, OperatorContext } from '../cli/operator-context.ts';

interface Options {
  readonly json?: true;
  readonly failOnDataLoss?: string;
}

type Log = ReadonlyMap<number, PartitionOffsets>;

export function addPlan(program: Command, choose: Choose): void {
  const command = program
    .command('plan')
    .description(
      'Say what a start of the consumer with these settings would do: where it goes on, what it refuses and why. Writes nothing. ' +
        'Exit code 1 when the start would fail.',
    )
    .option('--json', 'the plan as JSON');
  const flags = addFlags(command, [
    ...LOCATION_FLAGS,
    ...BROKER_FLAGS,
    ...START_FLAGS,
    { option: '--fail-on-data-loss <boolean>', variable: 'FAIL_ON_DATA_LOSS' },
  ]);
  command.action((options: Options) => choose(flags(), (context) => runPlan(context, options)));
}

async function runPlan(context: OperatorContext, options: Options): Promise<0 | 1> {
  const { settings, output, clock } = context;
  const { log, findOffsetsAt, problem, note } = await readLog(context);
  const startingOffsets = startingPoint(settings);
  const stores = await context.openStores({ results: 'read-if-there', checkpoints: 'read-if-there' });
  const preview = await previewStart({
    ...stores,
    topic: settings.KAFKA_TOPIC,
    log,
    findOffsetsAt,
    handler: createQueryHandler(context.query, handlerOptions(settings)),
    startingOffsets,
    failOnDataLoss: settings.FAIL_ON_DATA_LOSS,
    lossAdvice: LOSS_ADVICE,
    clock,
    newId: randomUUID,
  });
  const problems = [
    ...(problem === undefined ? [] : [problem]),
    ...preview.refusals.map(({ code, message }) => `${code}: ${message}`),
  ];
  if (options.json === true) {
    output.json({
      ...preview,
      ok: problems.length === 0,
      refusals: preview.refusals.map(({ code, message }) => ({ code, message })),
      problems,
    });
  } else {
    if (note !== undefined) output.line(`${colors.dim('note:')} ${note}`);
    if (preview.identity !== undefined && !preview.createsQuery && startingOffsets.kind !== 'earliest')
      output.line(`${colors.dim('note:')} ${START_IS_FOR_NEW}`);
    showPreview(preview, context, output);
    for (const each of problems) output.line(`${colors.red('✘')} ${each}`);
    if (problems.length === 0) output.line(colors.green('✔ a start would go through'));
  }
  return problems.length === 0 ? 0 : 1;
}

const START_IS_FOR_NEW =
  'STARTING_OFFSETS and STARTING_TIMESTAMP are for a new checkpoint; this one goes on where it stands';

/** A topic that is not there would be created by the start; brokers that do not answer would end it. */
async function readLog({ topic, settings }: OperatorContext): Promise<{
  readonly log?: Log;
  readonly findOffsetsAt: FindOffsetsAt;
  readonly problem?: string;
  readonly note?: string;
}> {
  try {
    return { log: await topic.offsets.read(), findOffsetsAt: topic.findOffsetsAt };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    const findOffsetsAt: FindOffsetsAt = () => Promise.resolve(new Map());
    if (error.code !== 'topic_missing') {
      return {
        findOffsetsAt,
        problem: `a start would wait a minute for the brokers and then fail: ${error.message}`,
      };
    }
    const partitions = Array.from({ length: settings.KAFKA_TOPIC_PARTITIONS }, (_, partition) => partition);
    return {
      findOffsetsAt,
      log: new Map(partitions.map((partition) => [partition, { earliest: 0n, latest: 0n }])),
      note: `there is no topic ${settings.KAFKA_TOPIC}; a start would create it with ${partitions.length} partitions`,
    };
  }
}

function showPreview(preview: StartPreview, { settings }: OperatorContext, output: Output): void {
  const { identity, createsQuery, claimsResults, partitions } = preview;
  if (identity === undefined) return;
  output.line(
    createsQuery
      ? `a new query of ${colors.bold(identity.topic)} would begin`
      : `query ${identity.id} of ${colors.bold(identity.topic)} (since ${identity.createdAt}) would go on`,
  );
  if (claimsResults && !createsQuery)
    output.line(`it would claim the results location, which no query has claimed yet`);
  if (partitions.length > 0) output.table(HEAD, partitions.map(toRow));
  const limit = settings.MAX_OFFSETS_PER_TRIGGER;
  output.line(
    limit === 0 ? 'a trigger takes all that waits' : `a trigger takes ${showNumber(limit)} offsets at most`,
  );
  for (const { partition, loss } of partitions) {
    if (loss === undefined || settings.FAIL_ON_DATA_LOSS) continue;
    output.line(
      colors.yellow(
        `partition ${partition}: offsets ${showOffsets(loss)} would be recorded as lost (${loss.reason})`,
      ),
    );
  }
}

const HEAD = [
  '>partition',
  'checkpoint',
  '>reads from',
  '>counts from',
  '>files to finish',
  '>log',
  '>waiting',
];

/** What is counted and in no file is read again, for its files, and not counted again. */
function toRow({
  partition,
  isStored,
  offset,
  countedOffset,
  planned,
  log,
}: PartitionPreview): readonly string[] {
  const waiting =
    log === undefined ? undefined : log.latest > countedOffset ? log.latest - countedOffset : 0n;
  return [
    String(partition),
    isStored ? 'there' : 'would be made',
    String(offset),
    String(countedOffset),
    planned === null ? '' : showOffsets(planned),
    log === undefined
      ? '?'
      : log.earliest === log.latest
        ? 'empty'
        : showOffsets({ startOffset: log.earliest, endOffset: log.latest }),
    waiting === undefined ? '?' : showNumber(waiting),
  ];
}
