import {
  createTestLocation,
  startService,
  type ServiceProcess,
  type TestLocation,
  uniqueName,
} from '@client-tickets/testkit';
import { expect, onTestFinished } from 'vitest';
import { createHostileTopic, type HostileTopic } from './hostile-topic.ts';

type Service = 'consumer' | 'operator';
type Environment = Readonly<Record<string, string>>;

/** A topic that takes anything, a results location on S3, and the services that work on both; gone after the test. */
export interface HostilePipeline {
  readonly brokers: readonly string[];
  readonly topic: HostileTopic;
  readonly location: TestLocation;
  readonly environment: Environment;
  start(service: Service, args?: readonly string[], more?: Environment): ServiceProcess;
  /** Runs a service to its end, which has to be a good one. Resolves with its output. */
  run(service: Service, args?: readonly string[], more?: Environment): Promise<string>;
}

/** Consumers take what is there and end, unless `environment` says otherwise. */
export async function createHostilePipeline(
  options: { readonly environment?: Environment } & Partial<
    Pick<Parameters<typeof createHostileTopic>[0], 'maxMessageBytes' | 'compression' | 'partitions'>
  > = {},
): Promise<HostilePipeline> {
  const { environment: given = {}, maxMessageBytes = 1_048_588, ...topicOptions } = options;
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const name = uniqueName('hostile');
  const topic = await createHostileTopic({ brokers, topic: name, maxMessageBytes, ...topicOptions });
  onTestFinished(() => topic.remove());
  const location = await createTestLocation('s3');
  onTestFinished(() => location.remove());
  const environment = {
    RESULTS_PATH: location.RESULTS_PATH,
    CHECKPOINT_PATH: location.CHECKPOINT_PATH,
    KAFKA_TOPIC: name,
    KAFKA_GROUP_ID: name,
    TRIGGER: 'availableNow',
    ...given,
  };
  const start: HostilePipeline['start'] = (service, args = [], more = {}) =>
    startService(service, { ...environment, ...more }, args);
  return {
    brokers,
    topic,
    location,
    environment,
    start,
    run: async (...call) => {
      const process = start(...call);
      expect(await process.ended, process.output()).toBe(0);
      return process.output();
    },
  };
}
