import type { Command } from 'commander';
import { addFlags, LOCATION_FLAGS, parseCount, TOPIC_FLAG } from '../cli/flags.ts';
import { showCount, showNumber, toJson } from '../cli/output.ts';
import type { Choose, OperatorContext } from '../cli/operator-context.ts';
import { openJournal, showPosition } from '@client-tickets/results';
import { listDeadLetters, type DeadLetterFilter } from './stored-dead-letters.ts';

interface Options extends Pick<DeadLetterFilter, 'reason' | 'partition'> {
  readonly limit: number;
  readonly json?: true;
}

const DEFAULT_LIMIT = 50;
const REASON_WIDTH = 90;

export function addList(parent: Command, choose: Choose): void {
  const command = parent
    .command('list')
    .description('List dead letters: where in the topic, when, why, and where a requeued one has gone.')
    .option('--reason <text>', 'only those whose reason has this text in it')
    .option('--partition <n>', 'only those of this partition', parseCount)
    .option('--limit <n>', 'show no more than this; 0 for all', parseCount, DEFAULT_LIMIT)
    .option('--json', 'one JSON object a line, all of them');
  const flags = addFlags(command, [...LOCATION_FLAGS, TOPIC_FLAG]);
  command.action((options: Options) => choose(flags(), (context) => runList(context, options)));
}

async function runList(context: OperatorContext, options: Options): Promise<0 | 1> {
  const { output, signal } = context;
  const { limit, json, ...filter } = options;
  const { results, checkpoints } = await context.openStores();
  const sent = (await openJournal(checkpoints, context.settings.KAFKA_TOPIC))?.journal.sentTo() ?? new Map();
  const rows: (readonly string[])[] = [];
  let count = 0;
  for await (const letter of listDeadLetters(context.query, results, filter)) {
    signal.throwIfAborted();
    count += 1;
    const place = `${letter.partition}:${letter.offset}`;
    const to = sent.get(place);
    const requeuedTo = to === undefined ? null : showPosition(to);
    if (json === true) output.line(toJson({ ...letter, requeued_to: requeuedTo }, 0));
    else if (limit === 0 || rows.length < limit) {
      rows.push([
        place,
        letter.timestamp ?? '',
        shorten(letter.key ?? ''),
        shorten(letter.reason),
        requeuedTo ?? '',
      ]);
    }
  }
  if (json === true) return 0;
  if (rows.length > 0) output.table(['>place', 'time', 'key', 'reason', '>requeued to'], rows);
  const some = rows.length < count ? `, ${showNumber(rows.length)} of them shown` : '';
  output.line(`${showCount(count, 'dead letter')}${some}`);
  return 0;
}

function shorten(text: string): string {
  return text.length > REASON_WIDTH ? `${text.slice(0, REASON_WIDTH - 1)}…` : text;
}
