import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { rolloverSettings } from '@client-tickets/consumer';
import {
  address,
  boolean,
  choice,
  decimal,
  integer,
  LOG_LEVELS,
  readSettings,
  setting,
  text,
  type Environment,
  type Flag,
} from '@client-tickets/service-kit';
import { REQUEST_LANGUAGES } from '@client-tickets/tickets';
import { z } from 'zod';

/** Every variable of the demo. The `.env` file is left alone: it is about servers, and the demo has none. */
export const demoSettings = z.object({
  DEMO_DATA: setting(text('the path of a folder'), {
    default: 'data',
    description: 'Where the log, the checkpoint and the results are kept. Remove it to start over.',
  }),
  TICKET_COUNT: setting(integer({ min: 1, max: 100_000_000 }), {
    default: '200',
    description: 'How many tickets are produced.',
  }),
  TICKETS_PER_SECOND: setting(decimal({ min: 0, max: 1_000_000 }), {
    default: '400',
    description: 'How fast; 0: as fast as it goes.',
  }),
  TICKET_SEED: setting(integer({ min: 0 }), {
    description: 'The same seed gives the same tickets; without it a random one is chosen and shown.',
  }),
  TICKET_LANGUAGE: setting(choice(REQUEST_LANGUAGES), {
    default: 'fr',
    description: 'The language that clients write their requests in: fr or en.',
  }),
  MAX_OFFSETS_PER_TRIGGER: setting(integer({ min: 0 }), {
    default: '50',
    description: 'The most that one micro-batch takes; 0 for no limit.',
  }),
  ...rolloverSettings,
  DEMO_UI: setting(boolean(), {
    default: 'false',
    description: 'Whether to show the pipeline UI, and to go on until stopped.',
  }),
  HTTP_HOST: setting(address(), {
    default: '127.0.0.1',
    description: 'Where the pipeline UI listens.',
  }),
  HTTP_PORT: setting(integer({ min: 0, max: 65_535 }), {
    default: '8090',
    description: 'The port of the pipeline UI; 0 takes a free one.',
  }),
  LOG_LEVEL: setting(choice(LOG_LEVELS), { default: 'warn', description: 'Which log lines are written.' }),
});

export type DemoSettings = z.output<typeof demoSettings>;

export const DEMO_FLAGS: readonly Flag[] = [
  { option: '--data <folder>', variable: 'DEMO_DATA' },
  { option: '--count <n>', variable: 'TICKET_COUNT' },
  { option: '--rate <n>', variable: 'TICKETS_PER_SECOND' },
  { option: '--seed <n>', variable: 'TICKET_SEED' },
  { option: '--language <fr|en>', variable: 'TICKET_LANGUAGE' },
  { option: '--max-offsets-per-trigger <n>', variable: 'MAX_OFFSETS_PER_TRIGGER' },
  { option: '--ui', variable: 'DEMO_UI' },
  { option: '--port <n>', variable: 'HTTP_PORT' },
];

const SEEDS = 2 ** 32;

export type DemoConfig = ReturnType<typeof readDemoConfig>;

export function readDemoConfig(flags: Environment) {
  const environment = { ...process.env, ...flags };
  const settings = readSettings(demoSettings, environment);
  const folder = resolve(settings.DEMO_DATA);
  return { settings, environment, folder, seed: settings.TICKET_SEED ?? randomInt(SEEDS) };
}
