import { randomUUID } from 'node:crypto';
import { createKafkaSource } from '@client-tickets/kafka';
import { silentLogger, systemClock as clock, type RecordChunk } from '@client-tickets/micro-batch';

export interface RecordTime {
  readonly partition: string;
  readonly offset: number;
  /** When the producer made it, in milliseconds since the epoch. */
  readonly time: number;
}

/** The records of a topic with their times. Nothing may be written to it meanwhile. */
export async function readRecordTimes(
  topic: string,
  brokers: readonly string[],
): Promise<readonly RecordTime[]> {
  const connection = { brokers: [...brokers] };
  const groupId = `bench-times-${randomUUID()}`;
  const source = createKafkaSource({ connection, topic, groupId, logger: silentLogger, clock });
  const found = new Map<number, RecordTime[]>();
  try {
    const logs = await source.fetchOffsets(await source.listPartitions());
    const left = new Map([...logs].filter(([, { earliest, latest }]) => earliest < latest));
    await new Promise<void>((resolve, reject) => {
      if (left.size === 0) resolve();
      const onAssignment = (partitions: readonly number[]): void => {
        for (const partition of partitions.filter((each) => left.has(each))) {
          found.set(partition, []);
          source.seek(partition, logs.get(partition)?.earliest ?? 0n);
        }
      };
      const onChunk = ({ partition, endOffset, records }: RecordChunk): void => {
        if (!left.has(partition)) return;
        for (const { offset, timestamp } of records)
          found
            .get(partition)
            ?.push({ partition: String(partition), offset: Number(offset), time: timestamp });
        if (endOffset >= (left.get(partition)?.latest ?? 0n)) left.delete(partition);
        if (left.size === 0) resolve();
      };
      source.start({ onAssignment, onChunk, onError: reject }).catch(reject);
    });
  } finally {
    await source.stop();
  }
  return [...found.values()].flat();
}

/** How well the producer kept up, so that it is not the producer that is measured. */
export function producedRate(records: readonly RecordTime[]): number {
  const times = records.map(({ time }) => time).sort((a, b) => a - b);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  return seconds === 0 ? 0 : (records.length - 1) / seconds;
}
