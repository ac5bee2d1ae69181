import { versions } from '@client-tickets/consumer';
import type { PipelineUi } from '@client-tickets/pipeline-ui';
import { ticketQuery } from '@client-tickets/tickets';
import type { Clock, Logger, ObjectStore, Source, Trigger } from '@client-tickets/micro-batch';
import { describeSettings, type Environment } from '@client-tickets/service-kit';
import { demoSettings, type DemoSettings } from './config.ts';

/** Opens the pipeline UI of `--ui` and says where it is. Loaded only then: the demo starts faster without it. */
export async function openDemoUi(options: {
  readonly source: Source;
  readonly results: ObjectStore;
  readonly checkpoints: ObjectStore;
  readonly settings: DemoSettings;
  readonly environment: Environment;
  readonly trigger: Trigger;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<PipelineUi> {
  const { source, settings, environment, ...shared } = options;
  const { createPipelineUi } = await import('@client-tickets/pipeline-ui');
  const ui = createPipelineUi({
    ...shared,
    declaration: ticketQuery,
    topic: source.topic,
    maxOffsetsPerTrigger: settings.MAX_OFFSETS_PER_TRIGGER,
    log: source,
    settings: describeSettings(demoSettings, environment),
    versions,
  });
  const { url } = await ui.start({ host: settings.HTTP_HOST, port: settings.HTTP_PORT });
  process.stdout.write(`The pipeline UI is at ${url}; Ctrl+C ends the demo.\n\n`);
  return ui;
}
