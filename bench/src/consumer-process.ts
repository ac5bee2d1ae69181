import { join } from 'node:path';
import { bundleOf } from './build-bundles.ts';
import { consumerEnvironment, consumerNodeFlags } from './consumer-settings.ts';
import type { RunPlace } from './run-place.ts';
import type { ServiceRun } from './service-run.ts';
import { startMeasuredService, until, type MeasuredService } from './measured-service.ts';

/** The bundle that the image runs, with the image's flags. */
export function startConsumer(
  run: ServiceRun & {
    readonly place: RunPlace;
    readonly trigger: string;
    readonly maxOffsetsPerTrigger: number;
    readonly env?: Readonly<Record<string, string>>;
  },
): MeasuredService {
  return startMeasuredService({
    file: run.node.path,
    args: [...consumerNodeFlags(), bundleOf('consumer', run.home)],
    env: { ...consumerEnvironment(run), ...run.env },
    cwd: run.folder,
    log: join(run.folder, 'consumer.log'),
  });
}

/** Until the group has given it its share. */
export function assigned(consumer: MeasuredService): Promise<void> {
  return until(async () => (await consumer.readLog()).includes('partitions assigned'), {
    what: 'the consumer to have its partitions',
    service: consumer,
    seconds: 300,
  });
}

export function startProducer(
  run: ServiceRun & { readonly ticketsPerSecond: number; readonly tickets: number },
): MeasuredService {
  return startMeasuredService({
    file: run.node.path,
    args: [bundleOf('producer', run.home)],
    env: {
      KAFKA_BROKERS: run.brokers.join(','),
      KAFKA_TOPIC: run.topic,
      TICKETS_PER_SECOND: String(run.ticketsPerSecond),
      TICKET_COUNT: String(run.tickets),
      TICKET_SEED: '1',
      NODE_ENV: 'production',
    },
    cwd: run.folder,
    log: join(run.folder, 'producer.log'),
  });
}
