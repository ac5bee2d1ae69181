import { silentLogger, type Source, systemClock } from '@client-tickets/micro-batch';
import { afterEach } from 'vitest';
import { createKafkaSource, type KafkaSourceOptions } from '../../src/index.ts';
import type { RealBrokers } from './real-brokers.ts';
import { RecordingListener } from './recording-listener.ts';

export interface StartedSource {
  readonly source: Source;
  readonly listener: RecordingListener;
}

type Options = Partial<KafkaSourceOptions> & { readonly topic: string };

/** Makes sources that notice everything soon, and stops them after each test. */
export function createTestSources({ connection, uniqueName, produce }: RealBrokers): {
  create(options: Options): Source;
  /** Started, with its first assignment. */
  start(options: Options): Promise<StartedSource>;
  /** The same; reads all partitions from their beginning, or goes on where it was after a new assignment. */
  read(options: Options): Promise<StartedSource>;
  /**
   * Has two more fetches made: records are written to a partition that has had none, and read. Where one broker leads
   * all partitions, what was to come of the others has come by then.
   */
  fetchTwice(started: StartedSource, topic: string, partition: number): Promise<void>;
} {
  const sources: Source[] = [];
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.stop()));
  });

  const create = (options: Options): Source => {
    const source = createKafkaSource({
      connection,
      groupId: uniqueName(),
      logger: silentLogger,
      clock: systemClock,
      heartbeatIntervalMs: 300,
      maxFetchWaitMs: 50,
      stopTimeoutMs: 60_000, // far more than leaving takes: cut off, a member stays in its group until its session is over
      ...options,
    });
    sources.push(source);
    return source;
  };

  const start = async (
    options: Options,
    prepare: (started: StartedSource) => void = () => {},
  ): Promise<StartedSource> => {
    const started = { source: create(options), listener: new RecordingListener() };
    prepare(started);
    await started.source.start(started.listener);
    await started.listener.until(({ assignments }) => assignments.length > 0);
    return started;
  };

  return {
    create,
    start: (options) => start(options),
    read: (options) =>
      start(options, ({ source, listener }) => {
        listener.atAssignment = (partitions) => {
          for (const partition of partitions) source.seek(partition, listener.endOf(partition) ?? 0n);
        };
      }),
    fetchTwice: async ({ source, listener }, topic, partition) => {
      source.seek(partition, 0n);
      for (const end of [1n, 2n]) {
        await produce(topic, partition, ['meanwhile']);
        await listener.until(() => listener.endOf(partition) === end);
      }
    },
  };
}
