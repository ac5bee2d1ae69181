import {
  ensureTopic,
  waitForBrokers,
  type EnsureTopicOptions,
  type KafkaConnection,
} from '@client-tickets/kafka';
import type { Clock, Logger } from '@client-tickets/micro-batch';
import { isSameBucket, waitForStore, type Stores } from './open-stores.ts';

/** How long servers are waited for. */
const TIMEOUT_MS = 60_000;

/** Resolves when brokers and stores have answered; rejects with what could not be reached. */
export async function waitForServers(options: {
  readonly stores: Stores;
  readonly connection: KafkaConnection;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { stores, connection, ...rest } = options;
  const wait = { ...rest, timeoutMs: TIMEOUT_MS };
  await Promise.all([
    waitForStore(stores.results, { ...wait, hasRaces: !isSameBucket(stores.results, stores.checkpoints) }),
    waitForStore(stores.checkpoints, { ...wait, hasRaces: true }),
    waitForBrokers({ connection, ...wait }),
  ]);
}

/** Makes the topic if it is not there, and says how one that is there differs from the settings. */
export async function provideTopic(options: EnsureTopicOptions): Promise<void> {
  const { topic, logger } = options;
  const { created, partitions, differences } = await ensureTopic(options);
  if (created)
    logger.warn(
      { topic, partitions },
      'created the topic, as there was none of this name; if it should have been there, check KAFKA_TOPIC and KAFKA_BROKERS',
    );
  for (const difference of differences) {
    logger.warn({ topic, ...difference }, 'the topic is not as the settings say; it stays as it is');
  }
}
