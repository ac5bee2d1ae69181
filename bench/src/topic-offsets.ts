import { createKafkaSource } from '@client-tickets/kafka';
import { silentLogger, systemClock as clock } from '@client-tickets/micro-batch';

/** Of the first record that is there, and behind the last one. */
export interface TopicOffsets {
  readonly earliest: number;
  readonly latest: number;
}

/** By partition. */
export async function fetchTopicOffsets(
  topic: string,
  brokers: readonly string[],
): Promise<ReadonlyMap<string, TopicOffsets>> {
  const connection = { brokers: [...brokers] };
  const source = createKafkaSource({ connection, topic, groupId: 'bench', logger: silentLogger, clock });
  try {
    const offsets = await source.fetchOffsets(await source.listPartitions());
    return new Map(
      [...offsets].map(([partition, { earliest, latest }]) => [
        String(partition),
        { earliest: Number(earliest), latest: Number(latest) },
      ]),
    );
  } finally {
    await source.stop();
  }
}
