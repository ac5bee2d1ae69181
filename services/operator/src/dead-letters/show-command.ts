import type { Command } from 'commander';
import { keyBytes, valueBytes, type DeadLetter } from '@client-tickets/results';
import { addFlags, BROKER_FLAGS, LOCATION_FLAGS, optionOf } from '../cli/flags.ts';
import type { Output } from '../cli/output.ts';
import type { Choose, OperatorContext } from '../cli/operator-context.ts';
import { hexDump, valueText } from './dead-letter-bytes.ts';
import { openJournal, showPosition } from './requeue-journal.ts';
import { listDeadLetters, parsePlace } from './stored-dead-letters.ts';
import type { RecordPosition } from '@client-tickets/kafka';

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
  const flags = addFlags(
    command,
    [...LOCATION_FLAGS, BROKER_FLAGS[0]].filter((flag) => flag !== undefined),
  );
  command.action((place: RecordPosition, options: Options) =>
    choose(flags(), (context) => runShow(context, place, options)),
  );
}

async function runShow(context: OperatorContext, place: RecordPosition, options: Options): Promise<0 | 1> {
  const { output, settings, query } = context;
  const { results, checkpoints } = await context.openStores();
  const filter = { partition: place.partition, places: [place] };
  for await (const letter of listDeadLetters(query, results, filter)) {
    if (options.raw === true) output.bytes(valueBytes(letter) ?? new Uint8Array());
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

function showLetter(letter: DeadLetter, requeuedTo: RecordPosition | undefined, output: Output): void {
  const { topic, partition, offset, timestamp, key, reason } = letter;
  output.line(`topic     ${topic}, partition ${partition}, offset ${offset}`);
  output.line(`time      ${timestamp ?? 'none'}`);
  output.line(`key       ${key === null ? 'none' : `${key} (${keyBytes(letter)?.length ?? 0} bytes)`}`);
  output.line(`reason    ${reason}`);
  if (requeuedTo !== undefined) output.line(`requeued  to ${showPosition(requeuedTo)}`);
  const bytes = valueBytes(letter);
  if (bytes === null) {
    output.line('value     none (a tombstone)');
    return;
  }
  const text = valueText(letter);
  output.line(`value     ${bytes.length} bytes, ${text === undefined ? 'not UTF-8' : 'UTF-8'}`);
  output.line();
  if (text !== undefined && text !== '')
    for (const line of text.slice(0, MOST_BYTES).split('\n')) output.line(line);
  output.line();
  for (const line of hexDump(bytes, MOST_BYTES)) output.line(line);
}
