import { setting } from './setting.ts';
import { choice } from './setting-types.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Part of every service's schema: `z.object({ ...logSettings, … })`. */
export const logSettings = {
  LOG_LEVEL: setting(choice(LOG_LEVELS), {
    default: 'info',
    description: 'Which log lines are written: those of this level and above.',
  }),
};
