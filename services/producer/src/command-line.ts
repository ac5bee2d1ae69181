import { readCommandLine, type CommandLine } from '@client-tickets/service-kit';
import { producerSettings } from './config.ts';

export function readProducerCommandLine(args: readonly string[]): CommandLine {
  return readCommandLine(
    {
      name: 'producer',
      description: 'Makes support tickets and sends them to a topic.',
      settings: producerSettings,
      flags: [
        { option: '--count <n>', variable: 'TICKET_COUNT' },
        { option: '--rate <n>', variable: 'TICKETS_PER_SECOND' },
        { option: '--seed <n>', variable: 'TICKET_SEED' },
        { option: '--language <fr|en>', variable: 'TICKET_LANGUAGE' },
        { option: '--brokers <list>', variable: 'KAFKA_BROKERS' },
        { option: '--topic <name>', variable: 'KAFKA_TOPIC' },
      ],
    },
    args,
  );
}
