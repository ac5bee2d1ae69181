import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import type { ObjectStore, QueryIdentity } from '@client-tickets/micro-batch';
import {
  findDroppableJson,
  initTable,
  noteDroppedJson,
  optimizeTable,
  planMerges,
  readTable,
  TARGET_FILE_BYTES,
  type Merge,
} from '@client-tickets/results';
import { parseSize } from '@client-tickets/service-kit';
import { readSnapshot } from '../checkpoint/checkpoint-snapshot.ts';
import { stateParser } from '../checkpoint/stored-query.ts';
import { deleteAll } from '../cli/delete-all.ts';
import { addFlags, LOCATION_FLAGS, optionOf, TOPIC_FLAG } from '../cli/flags.ts';
import { colors, showCount, showNumber, type Output } from '../cli/output.ts';
import type { Choose, OperatorContext, Stores } from '../cli/operator-context.ts';
import { keepHeapSmall } from '../cli/small-heap.ts';
import { noTable, readTableQuery } from './table-query.ts';

interface Options {
  readonly dryRun?: true;
  readonly init?: true;
  readonly dropJson?: true;
  readonly targetSize: number;
}

const MIB = 1024 * 1024;

export function addOptimize(program: Command, choose: Choose): void {
  const command = program
    .command('optimize')
    .description(
      'Merge small Parquet files of the Delta Lake table into large ones, which are quicker to read. Rows stay what they are, and ' +
        'consumers may go on writing to S3 meanwhile; in a folder stop them before. Small files stay until `vacuum`.',
    )
    .addOption(
      new Option(
        '--target-size <size>',
        'how large merged files become; files of half the size stay as they are',
      )
        .argParser(optionOf(parseSize))
        .default(TARGET_FILE_BYTES, `${TARGET_FILE_BYTES / MIB} MB`),
    )
    .option('--drop-json', 'then delete the JSON files of all that is in merged files')
    .option('--init', 'first make a table of results that have none, or that lacks some of their files')
    .option('--dry-run', 'show what would be merged, and write nothing');
  const flags = addFlags(command, [...LOCATION_FLAGS, TOPIC_FLAG]);
  command.action((options: Options) => choose(flags(), (context) => runOptimize(context, options)));
}

async function runOptimize(context: OperatorContext, options: Options): Promise<0 | 1> {
  const { query, settings, output } = context;
  keepHeapSmall();
  const isDryRun = options.dryRun === true;
  const { KAFKA_TOPIC: topic } = settings;
  const readable = await context.openStores();
  const { identity, hasExtra } = await readTableQuery(context, readable);
  const name = { table: query.table, topic };
  if (options.init !== true && (await readTable(readable.results, name)) === undefined)
    throw noTable(readable.results.location);
  const stores = isDryRun ? readable : await context.openStores({ results: 'write', checkpoints: 'read' });
  const { results } = stores;
  if (options.init === true && !isDryRun) await makeTable(context, stores, identity, hasExtra);
  const table = await readTable(results, name);
  if (table === undefined) throw noTable(results.location);
  const merges = planMerges(query.table, table, options.targetSize);
  showMerges(merges, table.files.size, options.targetSize, output);
  if (isDryRun) return 0;
  const isDone = merges.length === 0 || (await merge(context, results, hasExtra, merges, options));
  if (options.dropJson === true) await dropJson(context, results);
  return isDone ? 0 : 1;
}

/** `false`: some were given up, and why was said. */
async function merge(
  { query, settings, output, clock, signal }: OperatorContext,
  results: ObjectStore,
  hasExtra: boolean,
  merges: readonly Merge[],
  { targetSize }: Options,
): Promise<boolean> {
  const files = merges.reduce((sum, merge) => sum + merge.length, 0);
  const { removed, added, problems } = await optimizeTable({
    query,
    topic: settings.KAFKA_TOPIC,
    hasExtra,
    results,
    clock,
    targetBytes: targetSize,
    signal,
    onProgress: (read) => output.progress(showProgress(read, files)),
  });
  for (const problem of problems) output.line(`${colors.red('✘')} not merged: ${problem}`);
  const before = `${showCount(removed.files, 'file')} with ${showNumber(removed.bytes)} bytes`;
  const after = `${showNumber(added.files)} with ${showNumber(added.bytes)} bytes`;
  output.line(
    `${colors.green('✔')} ${before} became ${after}; \`tickets vacuum\` deletes the small ones once no reader needs them`,
  );
  return problems.length === 0;
}

async function dropJson(
  { query, settings, output, signal }: OperatorContext,
  results: ObjectStore,
): Promise<void> {
  const found = await findDroppableJson(results, { table: query.table, topic: settings.KAFKA_TOPIC });
  if (found.length > 0) await noteDroppedJson(results, found);
  await deleteAll(results, found, (deleted) => {
    signal.throwIfAborted();
    output.progress(`${showNumber(deleted)}/${showCount(found.length, 'JSON file')} deleted`);
  });
  output.line(
    `${colors.green('✔')} ${showCount(found.length, 'JSON file')} deleted; their rows are in merged Parquet files`,
  );
}

async function makeTable(
  { query, output, clock }: OperatorContext,
  stores: Stores,
  identity: QueryIdentity,
  hasExtra: boolean,
): Promise<void> {
  const { topic } = identity;
  const { partitions, unreadable } = await readSnapshot(stores.checkpoints, identity, stateParser(query));
  for (const error of unreadable.values()) throw error;
  const ends = new Map(
    [...partitions].map(([partition, { checkpoint }]) => [partition, checkpoint.stored.endOffset]),
  );
  const { results } = stores;
  const added = await initTable({ query, topic, hasExtra, results, clock, newId: randomUUID }, ends);
  output.line(`${showCount(added, 'file')} added to the table`);
}

function showMerges(merges: readonly Merge[], files: number, targetBytes: number, output: Output): void {
  if (merges.length === 0) {
    output.line(
      `nothing to merge: none of ${showCount(files, 'file')} has a neighbour with which it would fit into ${showNumber(targetBytes / MIB)} MB`,
    );
    return;
  }
  const partitions = new Map<number, Merge[]>();
  for (const merge of merges) {
    const partition = merge[0]?.partition ?? 0;
    partitions.set(partition, [...(partitions.get(partition) ?? []), merge]);
  }
  output.table(
    ['>partition', '>small files', '>bytes', '>merged files'],
    [...partitions].map(([partition, its]) => [
      String(partition),
      showNumber(its.flat().length),
      showNumber(its.flat().reduce((sum, { size }) => sum + size, 0)),
      showNumber(its.length),
    ]),
  );
}

const CELLS = 40;

function showProgress(read: number, files: number): string {
  const bar = '='.repeat(Math.floor((CELLS * read) / files)).padEnd(CELLS, '-');
  return `[${bar}] ${showNumber(read)}/${showCount(files, 'file')} read`;
}
