import { randomUUID } from 'node:crypto';
import type { ObjectStore, RecordPosition } from '@client-tickets/micro-batch';
import type { Command } from 'commander';
import { addFlags, BROKER_FLAGS, LOCATION_FLAGS, optionOf, parseCount } from '../cli/flags.ts';
import { colors, showNumber } from '../cli/output.ts';
import type { Choose, OperatorContext } from '../cli/operator-context.ts';
import { parsePatch, type MergePatch } from './merge-patch.ts';
import { createRepair, type RepairedLetter } from './repair.ts';
import { recoverRequeue, requeue } from './requeue.ts';
import { openJournal, RequeueJournal, showPosition } from '@client-tickets/results';
import { listDeadLetters, parsePlace, type DeadLetterFilter } from './stored-dead-letters.ts';

interface Options extends Pick<DeadLetterFilter, 'reason' | 'partition'> {
  readonly all?: true;
  readonly patch?: MergePatch;
  readonly force?: true;
  readonly dryRun?: true;
  readonly yes?: true;
}

const readPlace = optionOf(parsePlace);

/** commander hands over what came before. */
function collectPlaces(text: string, before: readonly RecordPosition[] = []): readonly RecordPosition[] {
  return [...before, readPlace(text)];
}

export function addRequeue(parent: Command, choose: Choose): void {
  const command = parent
    .command('requeue')
    .description(
      'Send dead letters back to the topic, each exactly once, repaired or as they were. Writes to the topic and to the ' +
        'checkpoint location; a dead letter that was sent back is never sent again.',
    )
    .argument('[places...]', 'partition:offset, for instance 0:17', collectPlaces)
    .option('--all', 'all that the filters let through, instead of places')
    .option('--reason <text>', 'with --all: only those whose reason has this text in it')
    .option('--partition <n>', 'with --all: only those of this partition', parseCount)
    .option(
      '--patch <json>',
      'merge this object into each value (RFC 7396: null removes a member); @file reads it from a file',
      optionOf(parsePatch),
    )
    .option('--force', 'send also what would be a dead letter again')
    .option('--dry-run', 'show what would be sent, and send nothing')
    .option('--yes', 'do not ask');
  const flags = addFlags(command, [...LOCATION_FLAGS, ...BROKER_FLAGS]);
  command.action((places: readonly RecordPosition[] | undefined, options: Options) => {
    const given = places ?? [];
    if (given.length > 0 === (options.all === true)) command.error('error: name places, or give --all');
    choose(flags(), (context) => runRequeue(context, given, options));
  });
}

async function runRequeue(
  context: OperatorContext,
  places: readonly RecordPosition[],
  options: Options,
): Promise<0 | 1> {
  const { output, settings, topic, clock } = context;
  const { results, checkpoints } = await context.openStores();
  const found = await openJournal(checkpoints, settings.KAFKA_TOPIC);
  if (found === undefined)
    throw new Error(`${checkpoints.location} holds no query of topic ${settings.KAFKA_TOPIC}`);
  const { identity } = found;

  if (options.dryRun === true) {
    const { chosen, left } = await choose(context, found.journal, results, places, options);
    showChosen(chosen, context);
    output.line('nothing was sent');
    return left === 0 ? 0 : 1;
  }
  const writable = await context.openStores({ results: 'read', checkpoints: 'write' });
  const requeueTopic = await topic.openRequeue(`client-tickets-requeue-${identity.id}`);
  try {
    // Read again: what had the topic before can write nothing from here on.
    const journal = await RequeueJournal.open(writable.checkpoints, identity.topic, identity.id);
    const run = { journal, topic: requeueTopic, offsets: topic.offsets, clock, newId: randomUUID };
    const recovered = await recoverRequeue(run);
    if (recovered !== undefined) {
      const [what, next] =
        recovered.status === 'sent' ? ['had sent', ''] : ['had not sent', '; name them again to send them'];
      const names = recovered.records.map(({ origin }) => showPosition(origin)).join(', ');
      output.line(`an interrupted run ${what} ${names}${next}`);
    }
    const { chosen, left } = await choose(context, journal, results, places, options);
    showChosen(chosen, context);
    if (chosen.length === 0) return left === 0 ? 0 : 1;
    const question = `Send ${showNumber(chosen.length)} to ${identity.topic}?`;
    if (options.yes !== true && !(await output.confirm(question))) {
      output.line('nothing was sent; --yes sends without asking');
      return 1;
    }
    for await (const records of requeue(run, chosen)) {
      for (const { origin, sentTo } of records) {
        output.line(
          `${colors.green('✔')} ${showPosition(origin)} → ${sentTo === null ? '?' : showPosition(sentTo)}`,
        );
      }
      context.signal.throwIfAborted();
    }
    return left === 0 ? 0 : 1;
  } finally {
    await requeueTopic.close();
  }
}

/** What is to be sent, and how many of those that were named are not. */
async function choose(
  { query, output }: OperatorContext,
  journal: RequeueJournal,
  results: ObjectStore,
  places: readonly RecordPosition[],
  options: Options,
): Promise<{ readonly chosen: readonly RepairedLetter[]; readonly left: number }> {
  const { all, reason, partition } = options;
  const filter =
    all === true
      ? { ...(reason === undefined ? {} : { reason }), ...(partition === undefined ? {} : { partition }) }
      : { places };
  const sent = journal.sentTo();
  const repair = createRepair(query);
  const chosen: RepairedLetter[] = [];
  const seen = new Set<string>();
  let left = 0;
  let mendable = 0;
  for await (const letter of listDeadLetters(query, results, filter)) {
    const place = `${letter.partition}:${letter.offset}`;
    seen.add(place);
    const sentTo = sent.get(place);
    if (sentTo !== undefined) {
      output.line(`${place} was sent back already, to ${showPosition(sentTo)}`);
      continue;
    }
    const repaired = repair(letter, options.patch);
    if ('refusal' in repaired) {
      output.line(`${colors.red('✘')} ${place} ${repaired.refusal}`);
      left += 1;
    } else if (repaired.problem !== undefined && options.force !== true) {
      output.line(`${colors.red('✘')} ${place} would be a dead letter again: ${repaired.problem}`);
      mendable += 1;
    } else chosen.push(repaired);
  }
  left += mendable;
  if (mendable > 0) output.line('--patch repairs a dead letter; --force sends it as it is');
  for (const place of places.map(showPosition).filter((each) => !seen.has(each))) {
    output.line(`${colors.red('✘')} ${place} is no dead letter of ${results.location}`);
    left += 1;
  }
  return { chosen, left };
}

function showChosen(chosen: readonly RepairedLetter[], { query, output }: OperatorContext): void {
  for (const { origin, value, problem } of chosen) {
    const text = value === null ? 'none (a tombstone)' : Buffer.from(value).toString().trimEnd();
    output.line(
      `${showPosition(origin)}${problem === undefined ? '' : colors.yellow(` (no ${query.record.name})`)}: ${text}`,
    );
  }
}
