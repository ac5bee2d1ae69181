import {
  createCheckpointStore,
  decideDataLoss,
  readQuery,
  type LossDecision,
  type Stop,
} from '@client-tickets/micro-batch';
import { Option, type Command } from 'commander';
import { readSnapshot } from '../checkpoint/checkpoint-snapshot.ts';
import { stateParser } from '../checkpoint/stored-query.ts';
import { addFlags, BROKER_FLAGS, LOCATION_FLAGS, parseCount } from '../cli/flags.ts';
import type { Choose, OperatorContext } from '../cli/operator-context.ts';
import { colors, showOffsets } from '../cli/output.ts';

interface Options {
  readonly from: LossDecision;
  readonly partition?: number;
  readonly yes?: true;
}

export function addAcceptDataLoss(program: Command, choose: Choose): void {
  const command = program
    .command('accept-data-loss')
    .description(
      'Decide that a query which stopped for data loss goes on: records that are gone stay unread and are recorded as lost. Shows ' +
        'what stopped, and asks. The next start of a consumer acts on it.',
    )
    .addOption(
      new Option(
        '--from <where>',
        'where reading begins in a topic that replaced the old one; latest skips what it holds already',
      )
        .choices(['earliest', 'latest'] satisfies LossDecision[])
        .default('earliest'),
    )
    .option('--partition <n>', 'only for this partition', parseCount)
    .option('--yes', 'do not ask');
  const flags = addFlags(command, [...LOCATION_FLAGS, ...BROKER_FLAGS]);
  command.action((options: Options) => choose(flags(), (context) => runAccept(context, options)));
}

async function runAccept(context: OperatorContext, options: Options): Promise<0 | 1> {
  const { output, settings } = context;
  const { KAFKA_TOPIC: topic } = settings;
  const { checkpoints } = await context.openStores();
  const query = await readQuery(checkpoints, topic);
  if (query === undefined) throw new Error(`${checkpoints.location} holds no query of topic ${topic}`);
  const parseState = stateParser(context.query);
  const stops = [...(await readSnapshot(checkpoints, query, parseState)).partitions.values()].flatMap(
    ({ checkpoint: { partition, stopped } }) =>
      stopped === null || (options.partition ?? partition) !== partition ? [] : [{ partition, stopped }],
  );
  if (stops.length === 0) {
    output.line('nothing is stopped for data loss: the consumer goes on by itself when it starts');
    return 0;
  }
  for (const { partition, stopped } of stops) output.line(describe(partition, stopped));
  const question = `Go on from ${options.from}, and record these as lost?`;
  if (options.yes !== true && !(await output.confirm(question))) {
    output.line('nothing was decided; --yes decides without asking');
    return 1;
  }
  const writable = await context.openStores({ results: 'read', checkpoints: 'write' });
  const store = createCheckpointStore({ store: writable.checkpoints, topic, queryId: query.id, parseState });
  for (const { partition } of stops) {
    const decided = await decideDataLoss(store, partition, options.from);
    if (decided !== undefined)
      output.line(
        `${colors.green('✔')} partition ${partition} goes on from ${options.from} at the next start`,
      );
  }
  return 0;
}

function describe(partition: number, { reason, startOffset, endOffset, at, decision }: Stop): string {
  const decided = decision === null ? '' : `; ${decision} was decided`;
  return `partition ${partition}: offsets ${showOffsets({ startOffset, endOffset })} ${reason}, stopped on ${at}${decided}`;
}
