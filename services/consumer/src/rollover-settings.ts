import { parseDuration, type Rollover } from '@client-tickets/micro-batch';
import { READ_LIMITS } from '@client-tickets/results';
import { parsedBy, parseSize, setting } from '@client-tickets/service-kit';
import type { z } from 'zod';

const DURATION = 'N milliseconds, seconds, minutes, hours or days';

const MIB = 1024 * 1024;
/** What reads results takes no larger files than `READ_LIMITS` says; a file grows beyond its size by a batch. */
const MOST_BYTES = (READ_LIMITS.fileBytes * 3) / 4;

function parseFileSize(text: string): number {
  const bytes = parseSize(text);
  if (bytes <= MOST_BYTES) return bytes;
  throw new RangeError(
    `expected at most ${MOST_BYTES / MIB} MB, as larger files are not read, found ${JSON.stringify(text)}`,
  );
}

/** When result files are finished: whatever comes first. */
export const rolloverSettings = {
  RESULTS_ROLLOVER_INTERVAL: setting(parsedBy(`${DURATION}, or 0`, parseDuration), {
    default: '1 minute',
    description: 'A result file is finished when it is this old; 0 finishes one with every micro-batch.',
  }),
  RESULTS_ROLLOVER_SIZE: setting(
    parsedBy(`a size such as 128 MB, at most ${MOST_BYTES / MIB} MB`, parseFileSize),
    {
      default: '128 MB',
      description:
        'Or when it is this large in any format; a consumer that takes a partition over reads that much again.',
    },
  ),
  RESULTS_INACTIVITY_INTERVAL: setting(parsedBy(`${DURATION}, or 0`, parseDuration), {
    default: '30 seconds',
    description: 'Or when no record has come for its partition for this long.',
  }),
};

type RolloverSettings = {
  readonly [Name in keyof typeof rolloverSettings]: z.output<(typeof rolloverSettings)[Name]>;
};

export function rolloverOf(settings: RolloverSettings): Rollover {
  return {
    intervalMs: settings.RESULTS_ROLLOVER_INTERVAL,
    bytes: settings.RESULTS_ROLLOVER_SIZE,
    inactivityMs: settings.RESULTS_INACTIVITY_INTERVAL,
  };
}
