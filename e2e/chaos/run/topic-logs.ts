import { positionIn } from '@client-tickets/micro-batch';
import type { TopicRecord } from '../witness/reading.ts';
import type { Witness } from '../witness/witness-process.ts';
import type { Cluster } from './cluster.ts';

/** The logs that a run's topic has: one, unless it is made again. Rows name records by position, which goes on from log to log. */
export interface TopicLogs {
  /** What the logs held that are gone. */
  readonly former: readonly TopicRecord[];
  /** How many records of a partition are behind a checkpoint that stands here. Before there is another log, its offset. */
  recordsBefore(partition: number, position: number): number;
  /** Whether a checkpoint that stands here has gone on to the log that the topic has now. */
  isInPresent(position: number): boolean;
  /** Notes what the topic holds, deletes it and has it made again. Nothing may be sent meanwhile. */
  replace(): Promise<void>;
  /** What the topic holds now. */
  read(): Promise<readonly TopicRecord[]>;
}

export function createTopicLogs(options: {
  readonly topic: string;
  readonly partitions: number;
  readonly brokers: readonly string[];
  readonly witness: Witness;
  readonly cluster: Cluster;
}): TopicLogs {
  const { topic, partitions, brokers, witness, cluster } = options;
  const former: TopicRecord[] = [];
  let log = 0;

  const startOf = (index: number): number => Number(positionIn(BigInt(index), 0n));
  const read = async (): Promise<readonly TopicRecord[]> => {
    const rows = await witness.readTopic(topic, brokers);
    return rows.map((row) => ({ ...row, offset: startOf(log) + row.offset }));
  };

  return {
    former,
    recordsBefore: (partition, position) => {
      if (position < startOf(1)) return position;
      const before = former.filter((row) => row.partition === partition && row.offset < position);
      return before.length + (position - startOf(log));
    },
    isInPresent: (position) => position >= startOf(log),
    replace: async () => {
      former.push(...(await read()));
      await cluster.recreateTopic(topic, partitions);
      log += 1;
    },
    read,
  };
}
