import type { Logger, ObjectStore } from '@client-tickets/micro-batch';
import type { Location } from '@client-tickets/object-store';
import { READ_LIMITS } from '@client-tickets/results';
import { kafkaConnection, s3Connection } from '@client-tickets/service-kit';
import type { Action, OperatorContext, StoreMode } from './cli/operator-context.ts';
import { openStore } from './cli/open-store.ts';
import { createKafkaTopicAccess } from './topic/kafka-topic-access.ts';

/** Of a checkpoint, or of an entry of the journal: these are kilobytes, and one large record at most. */
const MOST_CHECKPOINT_BYTES = 8 * 1024 * 1024;

/** Runs a command with what its settings name, and closes all that it has opened. */
export async function runAction(
  action: Action,
  context: Omit<OperatorContext, 'openStores' | 'topic'>,
): Promise<0 | 1> {
  const { settings, logger, clock } = context;
  const opened: ObjectStore[] = [];
  const open = async (location: Location, mode: StoreMode, mostBytes: number): Promise<ObjectStore> => {
    const store = await openStore(location, mode, { s3: s3Connection(settings), mostBytes });
    opened.push(store);
    return store;
  };
  const topic = createKafkaTopicAccess({
    connection: kafkaConnection(settings),
    topic: settings.KAFKA_TOPIC,
    groupId: settings.KAFKA_GROUP_ID,
    logger: quiet(logger),
    clock,
  });
  try {
    return await action({
      ...context,
      topic,
      openStores: async (modes = { results: 'read', checkpoints: 'read' }) => ({
        results: await open(settings.RESULTS_PATH, modes.results, READ_LIMITS.fileBytes),
        checkpoints: await open(settings.CHECKPOINT_PATH, modes.checkpoints, MOST_CHECKPOINT_BYTES),
      }),
    });
  } finally {
    await topic.close();
    await Promise.all(opened.map((store) => store.close()));
  }
}

/** What goes wrong with the brokers ends up in the command's own words; its history is for those who debug. */
function quiet(logger: Logger): Logger {
  const debug = (fields: object, message: string): void => logger.debug(fields, message);
  return {
    debug,
    info: debug,
    warn: debug,
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => quiet(logger.child(fields)),
  };
}
