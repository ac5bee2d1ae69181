import { readCommandLine, type CommandLine } from '@client-tickets/service-kit';
import { consumerSettings } from './config.ts';

const FLAGS = [
  { option: '--trigger <when>', variable: 'TRIGGER' },
  { option: '--max-offsets-per-trigger <n>', variable: 'MAX_OFFSETS_PER_TRIGGER' },
  { option: '--starting-offsets <offsets>', variable: 'STARTING_OFFSETS' },
  { option: '--starting-timestamp <time>', variable: 'STARTING_TIMESTAMP' },
  { option: '--results <location>', variable: 'RESULTS_PATH' },
  { option: '--checkpoints <location>', variable: 'CHECKPOINT_PATH' },
  { option: '--brokers <list>', variable: 'KAFKA_BROKERS' },
  { option: '--topic <name>', variable: 'KAFKA_TOPIC' },
  { option: '--port <n>', variable: 'HTTP_PORT' },
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
