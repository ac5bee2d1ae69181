import { readCommandLine, type CommandLine } from '@client-tickets/service-kit';
import { consumerSettings } from './config.ts';

const FLAGS = [
  { name: 'trigger', value: '<when>', variable: 'TRIGGER' },
  { name: 'max-offsets-per-trigger', value: '<n>', variable: 'MAX_OFFSETS_PER_TRIGGER' },
  { name: 'starting-offsets', value: '<offsets>', variable: 'STARTING_OFFSETS' },
  { name: 'starting-timestamp', value: '<time>', variable: 'STARTING_TIMESTAMP' },
  { name: 'results', value: '<location>', variable: 'RESULTS_PATH' },
  { name: 'checkpoints', value: '<location>', variable: 'CHECKPOINT_PATH' },
  { name: 'brokers', value: '<list>', variable: 'KAFKA_BROKERS' },
  { name: 'topic', value: '<name>', variable: 'KAFKA_TOPIC' },
  { name: 'port', value: '<n>', variable: 'HTTP_PORT' },
] as const;

export function readConsumerCommandLine(args: readonly string[]): CommandLine {
  return readCommandLine(
    {
      name: 'consumer',
      description:
        'Reads records in micro-batches, enriches and counts them, and stores results exactly once.',
      flags: FLAGS,
      settings: consumerSettings,
    },
    args,
  );
}
