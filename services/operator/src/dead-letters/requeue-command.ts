import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { colors } from '../cli/colors.ts';
import { addFlags, BROKER_FLAGS, LOCATION_FLAGS } from '../cli/flags.ts';
import { showNumber, type Output } from '../cli/output.ts';
import type { OperatorContext } from '../cli/operator-context.ts';
import { parseCount } from '../cli/parse-option.ts';
import type { Choose } from '../cli/read-command.ts';
import type { RecordPosition } from '../topic/requeue-topic.ts';
import { printable, valueBytes } from './dead-letter-bytes.ts';
import { chooseEditor, editBytes } from './editor.ts';
import type { JsonPatch } from './json-patch.ts';
import { openJournal } from './open-journal.ts';
import { parsePatchOption } from './patch-option.ts';
import { collectPlaces } from './place-option.ts';
import { patchWith, repair, unchanged, type Repair, type RepairedLetter } from './repair.ts';
import { recoverRequeue, requeue } from './requeue.ts';
import { RequeueJournal, showPosition } from './requeue-journal.ts';
import { listDeadLetters, type DeadLetterFilter } from './stored-dead-letters.ts';

interface Options extends Pick<DeadLetterFilter, 'reason' | 'partition'> {
  readonly all?: true;
  readonly patch?: JsonPatch;
  readonly edit?: true;
  readonly force?: true;
  readonly dryRun?: true;
  readonly yes?: true;
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
      'change each value: an object is merged into it (RFC 7396), an array is a list of operations (RFC 6902); @file reads it',
      parsePatchOption,
    )
    .option('--edit', 'change each value in $VISUAL or $EDITOR')
    .option('--force', 'send also what would be a dead letter again')
    .option('--dry-run', 'show what would be sent, and send nothing')
    .option('--yes', 'do not ask');
  const flags = addFlags(command, [...LOCATION_FLAGS, ...BROKER_FLAGS]);
  command.action((places: readonly RecordPosition[] | undefined, options: Options) => {
    const given = places ?? [];
    if (given.length > 0 === (options.all === true)) command.error('error: name places, or give --all');
    if (options.patch !== undefined && options.edit === true)
      command.error('error: --patch and --edit exclude each other');
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
    const { chosen } = await choose(context, found.journal, results, places, options);
    showChosen(chosen, output);
    output.line('nothing was sent');
    return 0;
  }
  const writable = await context.openStores({ results: 'read', checkpoints: 'write' });
  const requeueTopic = await topic.openRequeue(`client-tickets-requeue-${identity.id}`);
  try {
    // Read again: whoever had the topic before has had the last word by now.
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
    showChosen(chosen, output);
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
  { output }: OperatorContext,
  journal: RequeueJournal,
  results: Parameters<typeof listDeadLetters>[0],
  places: readonly RecordPosition[],
  options: Options,
): Promise<{ readonly chosen: readonly RepairedLetter[]; readonly left: number }> {
  const { all, reason, partition } = options;
  const filter =
    all === true
      ? { ...(reason === undefined ? {} : { reason }), ...(partition === undefined ? {} : { partition }) }
      : { places };
  const sent = journal.sentTo();
  const chosen: RepairedLetter[] = [];
  const seen = new Set<string>();
  let left = 0;
  for await (const letter of listDeadLetters(results, filter)) {
    const place = `${letter.partition}:${letter.offset}`;
    seen.add(place);
    const sentTo = sent.get(place);
    if (sentTo !== undefined) {
      output.line(`${place} was sent back already, to ${showPosition(sentTo)}`);
      continue;
    }
    const repaired = await tryRepair(letter, options, output);
    if (repaired === undefined) left += 1;
    else chosen.push(repaired);
  }
  if (left > 0) output.line('--patch or --edit repairs a dead letter; --force sends it as it is');
  for (const place of places.map(showPosition).filter((each) => !seen.has(each))) {
    output.line(`${colors.red('✘')} ${place} is no dead letter of ${results.location}`);
    left += 1;
  }
  return { chosen, left };
}

async function tryRepair(
  letter: Parameters<typeof repair>[0],
  options: Options,
  output: Output,
): Promise<RepairedLetter | undefined> {
  const place = `${letter.partition}:${letter.offset}`;
  let repaired: RepairedLetter;
  try {
    repaired = repair(letter, await repairOf(letter, options, output.isTerminal));
  } catch (error) {
    output.line(`${colors.red('✘')} ${place}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  if (repaired.problem === undefined || options.force === true) return repaired;
  output.line(`${colors.red('✘')} ${place} would be a dead letter again: ${printable(repaired.problem)}`);
  return undefined;
}

async function repairOf(
  letter: Parameters<typeof repair>[0],
  { patch, edit }: Options,
  isTerminal: boolean,
): Promise<Repair> {
  if (patch !== undefined) return patchWith(patch);
  if (edit !== true) return unchanged;
  const editor = chooseEditor(process.env, isTerminal);
  if (editor === undefined)
    throw new Error('there is no terminal, and neither $VISUAL nor $EDITOR names an editor');
  const name = `dead-letter-${letter.partition}-${letter.offset}.json`;
  const edited = await editBytes(name, valueBytes(letter) ?? new Uint8Array(), editor);
  return () => edited;
}

function showChosen(chosen: readonly RepairedLetter[], output: Output): void {
  for (const { origin, value, problem } of chosen) {
    const text = value === null ? 'none (a tombstone)' : printable(Buffer.from(value).toString()).trimEnd();
    output.line(
      `${showPosition(origin)}${problem === undefined ? '' : colors.yellow(' (not a ticket)')}: ${text}`,
    );
  }
}
