import type { Query } from '@client-tickets/records';
import type { Command } from 'commander';
import { declaredOtherwise, showQuery } from '../checkpoint/stored-query.ts';
import { addFlags, BROKER_FLAGS, GROUP_FLAG, LOCATION_FLAGS } from '../cli/flags.ts';
import { colors, showOffsets, showCount, showNumber, type Output } from '../cli/output.ts';
import type { Choose, OperatorContext } from '../cli/operator-context.ts';
import { showEventTime, showTime } from './event-time-line.ts';
import { readStatus, type PartitionState, type Status, type TableState } from './read-status.ts';

interface Options {
  readonly json?: true;
  readonly offsets?: true;
  readonly brokers?: string | false;
}

export function addStatus(program: Command, choose: Choose): void {
  const command = program
    .command('status')
    .description(
      'Show the state of a checkpoint without starting anything: last batches, plans, lag, dead letters.',
    )
    .option('--json', 'the state as JSON')
    .option(
      '--offsets',
      'only up to where files are stored, as STARTING_OFFSETS for a query that goes on from there',
    )
    .option('--no-brokers', 'do not ask the brokers for lag and consumers');
  const flags = addFlags(command, [...LOCATION_FLAGS, ...BROKER_FLAGS, GROUP_FLAG]);
  command.action((options: Options) => choose(flags(), (context) => runStatus(context, options)));
}

async function runStatus(context: OperatorContext, options: Options): Promise<0 | 1> {
  const { output, settings, clock } = context;
  const { results, checkpoints } = await context.openStores();
  const access = options.brokers === false || options.offsets === true ? undefined : context.topic;
  const { query: declaration } = context;
  const status = await readStatus({
    declaration,
    results,
    checkpoints,
    topic: settings.KAFKA_TOPIC,
    access,
  });
  if (status === undefined) {
    throw new Error(
      `${checkpoints.location} holds no query of topic ${settings.KAFKA_TOPIC}; \`plan\` says what a start would do`,
    );
  }
  if (options.json === true) output.json(status);
  else if (options.offsets === true) output.line(startingOffsets(status));
  else showStatus(status, declaration, output, clock.now());
  // Where to go on is what a changed query needs to know, so that is no reason to fail for `--offsets`.
  const isReadable = status.declarationChanges.length === 0 || options.offsets === true;
  return status.problems.length === 0 && isReadable ? 0 : 1;
}

/** Of every partition that the query knows, as Spark's JSON must name them all. */
function startingOffsets({ topic, query, partitions }: Status): string {
  const ends = new Map(query.startingOffsets);
  // What is counted beyond it is in no file, so the next query has to count and to store it.
  for (const { partition, storedOffset } of partitions) ends.set(partition, storedOffset);
  const members = [...ends]
    .sort(([a], [b]) => a - b)
    .map(([partition, offset]) => `"${partition}":${offset}`);
  return `{${JSON.stringify(topic)}:{${members.join(',')}}}`;
}

function showContent({ files, bytes, smallFiles }: NonNullable<TableState['content']>): string {
  const small = smallFiles === 0 ? '' : `, ${showNumber(smallFiles)} of them small`;
  return `${showCount(files, 'file')}, ${showNumber(bytes)} bytes${small}`;
}

function showStatus(status: Status, { record, table, windows }: Query, output: Output, now: number): void {
  const { query, topic, partitions, deadLetters, consumers, publishedRows, declarationChanges } = status;
  output.line(`${colors.bold(topic)}, ${showQuery(query)}`);
  output.line(`results     ${status.results}`);
  output.line(`checkpoint  ${status.checkpoint} (since ${query.createdAt})`);
  if (status.table !== undefined) {
    const { version, content } = status.table;
    output.line(`table       version ${version}${content === undefined ? '' : `, ${showContent(content)}`}`);
  }
  if (partitions.length > 0)
    output.table(
      [
        '>partition',
        '>counted',
        '>in files',
        '>last batch',
        'offsets',
        'when',
        `>${table}`,
        '>dead letters',
        ...(windows === undefined ? [] : ['watermark']),
        'being filled',
        '>lag',
      ],
      partitions.map((partition) => toRow(partition, { now, hasWindows: windows !== undefined })),
    );
  else output.line('no partition has a batch yet');
  const sum = (count: (partition: PartitionState) => number): number =>
    partitions.reduce((total, partition) => total + count(partition), 0);
  const rows = sum(({ totals }) => totals.rows);
  const isSeen = publishedRows === rows || declarationChanges.length > 0;
  if (windows !== undefined && partitions.some((partition) => partition.windows !== undefined))
    output.line(showEventTime(status, { unit: windows.unit, record: record.name, table }));
  output.line(
    `${showCount(rows, record.name, table)}${isSeen ? '' : ` (readers see ${publishedRows ?? 'no counts'})`}, ` +
      `${showCount(deadLetters.total, 'dead letter')}${deadLetters.requeued > 0 ? ` (${showNumber(deadLetters.requeued)} sent back)` : ''}`,
  );
  if (consumers !== undefined) {
    const who = consumers.map(({ clientId, host }) => `${clientId} on ${host}`).join(', ');
    output.line(
      consumers.length === 0
        ? 'no consumer is at work'
        : `${showCount(consumers.length, 'consumer')} at work: ${who}`,
    );
  }
  for (const { partition, gaps } of partitions) {
    for (const gap of gaps)
      output.line(
        colors.yellow(`partition ${partition}: offsets ${showOffsets(gap)} ${gap.reason} (${gap.at})`),
      );
  }
  for (const note of status.notes) output.line(`${colors.dim('note:')} ${note}`);
  if (declarationChanges.length > 0)
    output.line(`${colors.red('✘')} ${declaredOtherwise(status.checkpoint, declarationChanges)}`);
  for (const problem of status.problems) output.line(`${colors.red('✘')} ${problem}`);
}

function toRow(
  state: PartitionState,
  { now, hasWindows }: { readonly now: number; readonly hasWindows: boolean },
): readonly string[] {
  const { partition, countedOffset, storedOffset, lastBatch, totals, lag } = state;
  return [
    String(partition),
    String(countedOffset),
    String(storedOffset),
    lastBatch === undefined ? '' : String(lastBatch.batchId),
    lastBatch === undefined ? '' : showOffsets(lastBatch),
    lastBatch === undefined ? '' : `${showAge(now - Date.parse(lastBatch.at))} ago`,
    showNumber(totals.rows),
    showNumber(totals.deadLetters),
    ...(hasWindows ? [showTime(state.windows?.watermark)] : []),
    showFilling(state, now),
    lag === undefined ? '?' : showNumber(lag),
  ];
}

/** What is counted and in no file yet. */
function showFilling(
  { countedOffset, storedOffset, openSince, planned }: PartitionState,
  now: number,
): string {
  if (planned !== null)
    return `${showOffsets(planned)}, files planned ${showAge(now - Date.parse(planned.at))} ago`;
  if (openSince === null) return '';
  const open = { startOffset: storedOffset, endOffset: countedOffset };
  return `${showOffsets(open)}, for ${showAge(now - Date.parse(openSince))}`;
}

/** `3 s`, `5 min`, `2 h`, `4 days`. */
function showAge(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
