import type { Command } from 'commander';
import { keepHeapSmall } from '../cli/small-heap.ts';
import { addFlags, BROKER_FLAGS, LOCATION_FLAGS, parseCount } from '../cli/flags.ts';
import { showNumber } from '../cli/output.ts';
import type { Choose, OperatorContext } from '../cli/operator-context.ts';
import { verifyResults } from './verify-results.ts';
import { showReport } from './verify-text.ts';

const DEFAULT_WAIT_S = 10;

interface Options {
  readonly json?: true;
  readonly brokers?: string | false;
  readonly wait: number;
}

export function addVerify(program: Command, choose: Choose): void {
  const command = program
    .command('verify')
    .description(
      'Prove the results: every offset from the first to the committed end is there once, counts equal the rows. ' +
        'Some records are compared with the topic. Exit code 1 and the differences otherwise. Consumers may go on writing meanwhile.',
    )
    .option('--json', 'the report as JSON')
    .option(
      '--wait <seconds>',
      'how long counts may lag behind commits until that is a difference',
      parseCount,
      DEFAULT_WAIT_S,
    )
    .option('--no-brokers', 'do not compare with the log');
  const flags = addFlags(command, [...LOCATION_FLAGS, ...BROKER_FLAGS]);
  command.action((options: Options) => choose(flags(), (context) => runVerify(context, options)));
}

async function runVerify(context: OperatorContext, options: Options): Promise<0 | 1> {
  const { query, settings, output, clock, signal, topic } = context;
  keepHeapSmall();
  const { results, checkpoints } = await context.openStores();
  const report = await verifyResults({
    results,
    checkpoints,
    topic: settings.KAFKA_TOPIC,
    query,
    offsets: options.brokers === false ? undefined : topic.offsets,
    readRecords: options.brokers === false ? undefined : (windows) => topic.readRecords(windows),
    clock,
    waitMs: options.wait * 1_000,
    onProgress: (rows) => {
      signal.throwIfAborted();
      output.progress(`${showNumber(rows)} ${query.table} read`);
    },
  });
  if (options.json === true) output.json(report);
  else showReport(report, query, output);
  return report.ok ? 0 : 1;
}
