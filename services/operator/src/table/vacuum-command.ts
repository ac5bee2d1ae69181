import { Option, type Command } from 'commander';
import { findVacuumable, SHORTEST_RETENTION_MS } from '@client-tickets/results';
import { addFlags, LOCATION_FLAGS, optionOf, TOPIC_FLAG } from '../cli/flags.ts';
import { colors, showCount, showNumber } from '../cli/output.ts';
import type { Choose, OperatorContext } from '../cli/operator-context.ts';
import { deleteVacuumable } from './delete-vacuumable.ts';
import { noTable, readTableQuery } from './table-query.ts';

const HOUR_MS = 3_600_000;
const UNITS_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS };
const DEFAULT_RETENTION = '168h';
const EXAMPLES = 5;

interface Options {
  readonly retain: number;
  readonly dryRun?: true;
  readonly yes?: true;
}

/** Reads `168h` or `7d`, in milliseconds. */
function parseRetention(text: string): number {
  const [, number, unit] = /^(\d{1,6})([hd])$/.exec(text.trim()) ?? [];
  const ms = Number(number) * (UNITS_MS[unit ?? ''] ?? Number.NaN);
  if (ms >= SHORTEST_RETENTION_MS) return ms;
  throw new RangeError(
    `expected hours or days such as 168h or 7d, at least ${SHORTEST_RETENTION_MS / HOUR_MS}h: what is being merged or read now must stay.`,
  );
}

export function addVacuum(program: Command, choose: Choose): void {
  const command = program
    .command('vacuum')
    .description(
      'Delete Parquet files that were merged by `optimize`, and what interrupted merges have left, once no version of the Delta Lake ' +
        'table within the time to retain needs them. Shows them, and asks. Afterwards not all rows are in tickets/partition=*/ any more: ' +
        'read the table.',
    )
    .addOption(
      new Option(
        '--retain <time>',
        'how far back readers may go, or have begun to read: 168h, 7d; at least 1h',
      )
        .argParser(optionOf(parseRetention))
        .default(parseRetention(DEFAULT_RETENTION), DEFAULT_RETENTION),
    )
    .option('--dry-run', 'show what would be deleted, and delete nothing')
    .option('--yes', 'do not ask');
  const flags = addFlags(command, [...LOCATION_FLAGS, TOPIC_FLAG]);
  command.action((options: Options) => choose(flags(), (context) => runVacuum(context, options)));
}

async function runVacuum(context: OperatorContext, options: Options): Promise<0 | 1> {
  const { query, settings, output, clock, signal } = context;
  const stores = await context.openStores();
  const { results } = stores;
  await readTableQuery(context, stores);
  const now = clock.now();
  const found = await findVacuumable({
    results,
    table: query.table,
    topic: settings.KAFKA_TOPIC,
    now,
    retainMs: options.retain,
  });
  if (found === undefined) throw noTable(results.location);
  const remove = async (): Promise<void> => {
    const writable = await context.openStores({ results: 'write', checkpoints: 'read' });
    await deleteVacuumable(writable.results, found, now - options.retain, (deleted) => {
      signal.throwIfAborted();
      output.progress(`${showNumber(deleted)}/${showCount(found.length, 'file')} deleted`);
    });
  };
  const hours = showCount(options.retain / HOUR_MS, 'hour');
  if (found.length === 0) {
    output.line(`nothing to delete: versions of the last ${hours} need all files`);
    // Uploads of merges that were killed are none of the files, and cost as much.
    if (options.yes === true && options.dryRun !== true) await remove();
    return 0;
  }
  const bytes = found.reduce((sum, { size }) => sum + size, 0);
  const leftBehind = found.filter((file) => file.isLeftBehind).length;
  output.line(
    `${showCount(found.length, 'file')} with ${showNumber(bytes)} bytes that no version of the last ${hours} needs` +
      (leftBehind === 0 ? '' : `, ${showNumber(leftBehind)} of them left by interrupted merges`),
  );
  for (const { key } of found.slice(0, EXAMPLES)) output.line(`  ${key}`);
  if (found.length > EXAMPLES) output.line(`  and ${showNumber(found.length - EXAMPLES)} more`);
  if (options.dryRun === true) return 0;
  if (options.yes !== true && !(await output.confirm('Delete them for good?'))) {
    output.line('nothing was deleted; --yes deletes without asking');
    return 1;
  }
  await remove();
  output.line(`${colors.green('✔')} ${showCount(found.length, 'file')} deleted`);
  return 0;
}
