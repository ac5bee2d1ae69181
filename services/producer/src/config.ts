import { randomInt } from 'node:crypto';
import {
  checkSasl,
  choice,
  decimal,
  integer,
  kafkaConnection,
  kafkaSettings,
  logSettings,
  readEnvironment,
  setting,
  topicSettings,
  type Environment,
} from '@client-tickets/service-kit';
import { REQUEST_LANGUAGES } from '@client-tickets/tickets';
import { z } from 'zod';

/** Every variable of the producer. */
export const producerSettings = z
  .object({
    ...kafkaSettings,
    TICKET_COUNT: setting(integer({ min: 0, max: 1_000_000_000 }), {
      default: '200',
      description: 'How many tickets are produced; 0: until it is stopped.',
    }),
    TICKETS_PER_SECOND: setting(decimal({ min: 0, max: 1_000_000 }), {
      default: '1',
      description: 'How fast, fractions allowed; 0: as fast as the brokers acknowledge.',
    }),
    TICKET_SEED: setting(integer({ min: 0 }), {
      description:
        'The same seed gives the same tickets, from TCK-00001 on; without it a random one is chosen and shown, and ids go on after those of the topic.',
    }),
    TICKET_LANGUAGE: setting(choice(REQUEST_LANGUAGES), {
      default: 'fr',
      description: 'The language that clients write their requests in: fr or en.',
    }),
    ...logSettings,
  })
  .check(checkSasl);

const SEEDS = 2 ** 32;

/** What this run does. `flags` are variables from the command line, which take precedence over the environment's. */
export function readConfig(flags: Environment) {
  const { settings, secrets } = readEnvironment(producerSettings, flags);
  return {
    connection: kafkaConnection(settings),
    topic: topicSettings(settings),
    count: settings.TICKET_COUNT,
    ticketsPerSecond: settings.TICKETS_PER_SECOND,
    seed: settings.TICKET_SEED ?? randomInt(SEEDS),
    language: settings.TICKET_LANGUAGE,
    isSeedGiven: settings.TICKET_SEED !== undefined,
    logLevel: settings.LOG_LEVEL,
    secrets,
  };
}
