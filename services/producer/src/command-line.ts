import { readCommandLine, type CommandLine } from '@client-tickets/service-kit';
import { producerSettings } from './config.ts';

export function readProducerCommandLine(args: readonly string[]): CommandLine {
  return readCommandLine(
    {
      name: 'producer',
      description: 'Makes support tickets and sends them to a topic.',
      settings: producerSettings,
      flags: [
        { name: 'count', value: '<n>', variable: 'TICKET_COUNT' },
        { name: 'rate', value: '<n>', variable: 'TICKETS_PER_SECOND' },
        { name: 'seed', value: '<n>', variable: 'TICKET_SEED' },
        { name: 'language', value: '<fr|en>', variable: 'TICKET_LANGUAGE' },
        { name: 'brokers', value: '<list>', variable: 'KAFKA_BROKERS' },
        { name: 'topic', value: '<name>', variable: 'KAFKA_TOPIC' },
      ],
    },
    args,
  );
}
