import type { Command } from 'commander';
import {
  type DeadLetter,
  heldValue,
  type HeldValue,
  keyBytes,
  MOST_HELD_BYTES,
  openJournal,
  showPosition,
} from '@client-tickets/results';
import { addFlags, LOCATION_FLAGS, optionOf, TOPIC_FLAG } from '../cli/flags.ts';
import type { Output } from '../cli/output.ts';
import type { Choose, OperatorContext } from '../cli/operator-context.ts';
import { hexDump, valueText } from './dead-letter-bytes.ts';
import { listDeadLetters, parsePlace } from './stored-dead-letters.ts';
import type { RecordPosition } from '@client-tickets/micro-batch';

interface Options {
  readonly raw?: true;
  readonly json?: true;
}

const MOST_BYTES = 4_096;

export function addShow(parent: Command, choose: Choose): void {
  const command = parent
    .command('show')
    .description('Show one dead letter with its bytes.')
    .argument('<place>', 'partition:offset, for instance 0:17', optionOf(parsePlace))
    .option('--raw', "the value's bytes and nothing else")
    .option('--json', 'the line of the dead letter file');
  const flags = addFlags(command, [...LOCATION_FLAGS, TOPIC_FLAG]);
  command.action((place: RecordPosition, options: Options) =>
    choose(flags(), (context) => runShow(context, place, options)),
  );
}

async function runShow(context: OperatorContext, place: RecordPosition, options: Options): Promise<0 | 1> {
  const { output, settings, query } = context;
  const { results, checkpoints } = await context.openStores();
  const filter = { partition: place.partition, places: [place] };
  for await (const letter of listDeadLetters(query, results, filter)) {
    if (options.raw === true) output.bytes(rawValue(letter));
    else if (options.json === true) output.json(letter);
    else {
      const sentTo = (await openJournal(checkpoints, settings.KAFKA_TOPIC))?.journal.sentTo();
      showLetter(letter, sentTo?.get(showPosition(place)), output);
    }
    return 0;
  }
  throw new Error(
    `${results.location} holds no dead letter ${showPosition(place)}; \`dead-letters list\` shows those that are there`,
  );
}

/** Nothing for a tombstone. Throws where there is a value, but not here: an empty file would pass for it. */
function rawValue(letter: DeadLetter): Uint8Array {
  const held = heldValue(letter);
  if (held.kind === 'whole') return held.bytes;
  if (held.kind === 'tombstone') return new Uint8Array();
  throw new Error(`${letter.partition}:${letter.offset} has no bytes here: ${describeAbsence(held)}`);
}

function describeAbsence(held: Exclude<HeldValue, { kind: 'whole' }>): string {
  switch (held.kind) {
    case 'tombstone':
      return 'none (a tombstone)';
    case 'unreadable_batch':
      return 'none (the record batch could not be read)';
    case 'too_large':
      return `${held.bytes} bytes, which are in the topic alone (more than ${MOST_HELD_BYTES}); SHA-256 ${held.sha256}`;
  }
}

function showLetter(letter: DeadLetter, requeuedTo: RecordPosition | undefined, output: Output): void {
  const { topic, partition, offset, timestamp, key, key_bytes: keySize, reason } = letter;
  output.line(`topic     ${topic}, partition ${partition}, offset ${offset}`);
  output.line(`time      ${timestamp ?? 'none'}`);
  const keyText = key === null ? 'none' : `${key} (${keyBytes(letter)?.length ?? 0} bytes)`;
  output.line(
    `key       ${keySize === undefined ? keyText : `${keySize} bytes, which are in the topic alone`}`,
  );
  output.line(`reason    ${reason}`);
  if (requeuedTo !== undefined) output.line(`requeued  to ${showPosition(requeuedTo)}`);
  const held = heldValue(letter);
  if (held.kind !== 'whole') {
    output.line(`value     ${describeAbsence(held)}`);
    return;
  }
  const { bytes } = held;
  const text = valueText(bytes);
  output.line(`value     ${bytes.length} bytes, ${text === undefined ? 'not UTF-8' : 'UTF-8'}`);
  output.line();
  if (text !== undefined && text !== '')
    for (const line of text.slice(0, MOST_BYTES).split('\n')) output.line(line);
  output.line();
  for (const line of hexDump(bytes, MOST_BYTES)) output.line(line);
}
