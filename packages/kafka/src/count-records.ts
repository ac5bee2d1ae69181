import type { Clock, Logger } from '@client-tickets/micro-batch';
import type { KafkaConnection } from './kafka-connection.ts';
import { createOffsetReader } from './kafka-offsets.ts';

const TIMEOUT_MS = 30_000;

/** How many offsets a topic has given out so far, over all partitions: at least as many as records were ever sent to it. */
export async function countRecords(options: {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly logger: Logger;
  readonly clock: Clock;
}): Promise<number> {
  const reader = createOffsetReader({ ...options, timeoutMs: TIMEOUT_MS });
  try {
    const watermarks = await reader.watermarks(await reader.partitions());
    return [...watermarks.values()].reduce((sum, { latest }) => sum + Number(latest), 0);
  } finally {
    await reader.close();
  }
}
