import { handlerOptions } from '../config.ts';
import type { Query } from '@client-tickets/records';
import type { Command } from 'commander';
import { showQuery } from '../checkpoint/stored-query.ts';
import { keepHeapSmall } from '../cli/small-heap.ts';
import { addFlags, BROKER_FLAGS, FORMAT_FLAG, LOCATION_FLAGS } from '../cli/flags.ts';
import { colors, showOffsets, showNumber, type Output } from '../cli/output.ts';
import type { Choose, OperatorContext } from '../cli/operator-context.ts';
import { rebuildCheckpoint, writeRebuilt, type RebuiltCheckpoint } from './rebuild-checkpoint.ts';

interface Options {
  readonly assumeComplete?: true;
  readonly dryRun?: true;
  readonly brokers?: string | false;
}

export function addRebuild(program: Command, choose: Choose): void {
  const command = program
    .command('rebuild-checkpoint')
    .description(
      'Make lost and damaged documents of a checkpoint again from the results. Writes what is missing, keeps what is damaged as ' +
        '<name>.damaged, and touches nothing else; refuses when nothing is missing. Stop the consumers before.',
    )
    .option(
      '--assume-complete',
      'take the last files of each partition as they are, when the log cannot give them again',
    )
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('--no-brokers', 'do not ask the brokers what the log still holds');
  const flags = addFlags(command, [...LOCATION_FLAGS, ...BROKER_FLAGS, FORMAT_FLAG]);
  command.action((options: Options) => choose(flags(), (context) => runRebuild(context, options)));
}

async function runRebuild(context: OperatorContext, options: Options): Promise<0 | 1> {
  const { query, settings, output, clock, signal } = context;
  keepHeapSmall();
  const { results, checkpoints } = await context.openStores({
    results: 'read',
    checkpoints: 'read-if-there',
  });
  const rebuilt = await rebuildCheckpoint({
    declaration: query,
    results,
    checkpoints,
    topic: settings.KAFKA_TOPIC,
    log: options.brokers === false ? undefined : await readLog(context),
    handlerOptions: handlerOptions(settings),
    assumeComplete: options.assumeComplete === true,
    at: new Date(clock.now()).toISOString(),
    onProgress: (rows) => {
      signal.throwIfAborted();
      output.progress(`${showNumber(rows)} ${query.table} read`);
    },
  });
  showRebuilt(query, rebuilt, { results: results.location, checkpoints: checkpoints.location }, output);
  if (options.dryRun === true) {
    output.line('nothing was written');
    return 0;
  }
  const writable = await context.openStores({
    results: rebuilt.isClaimLost || rebuilt.countsAhead.length > 0 ? 'write' : 'read',
    checkpoints: 'write',
  });
  await writeRebuilt(query, writable, rebuilt);
  output.line(
    `${colors.green('✔')} written to ${checkpoints.location}${rebuilt.identity.topic}/; \`tickets verify\` proves it`,
  );
  return 0;
}

async function readLog({ topic, output }: OperatorContext) {
  try {
    return await topic.offsets.read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    output.line(`${colors.dim('note:')} what the log still holds is not known: ${reason}`);
    return undefined;
  }
}

function showRebuilt(
  { table }: Query,
  { identity, isQueryLost, isClaimLost, damaged, partitions, countsAhead }: RebuiltCheckpoint,
  locations: { readonly results: string; readonly checkpoints: string },
  output: Output,
): void {
  output.line(`${colors.bold(identity.topic)}, ${showQuery(identity)}`);
  output.line(
    isQueryLost
      ? `query.json is lost: ${locations.checkpoints} gets a new one`
      : 'query.json is there and stays',
  );
  if (isClaimLost) output.line(`_query.json is lost: ${locations.results} gets a new one`);
  for (const { store, key } of damaged)
    output.line(`${locations[store]}${key} is damaged: what it held is kept as ${key}.damaged`);
  for (const key of countsAhead)
    output.line(
      `${locations.results}${key} counts ${table} that are in no file: it is removed, and published again when they are counted again`,
    );
  if (partitions.length === 0) return;
  const head = ['>partition', '>offsets', `>${table}`, '>dead letters', '>empty or lost', '>files to finish'];
  output.table(
    head,
    partitions.map(({ partition, firstOffset, stored: { endOffset, totals }, planned }) => [
      String(partition),
      endOffset === firstOffset ? 'none' : showOffsets({ startOffset: firstOffset, endOffset }),
      showNumber(totals.rows),
      showNumber(totals.deadLetters),
      showNumber(totals.emptyOffsets),
      planned === null ? '' : showOffsets(planned),
    ]),
  );
}
