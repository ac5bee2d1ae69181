import { parseDuration } from '@client-tickets/micro-batch';
import { parsedBy, setting } from '@client-tickets/service-kit';

const DURATION = 'N milliseconds, seconds, minutes, hours or days, or 0';

/** When windows of `created_at` are closed. */
export const watermarkSettings = {
  WATERMARK_DELAY: setting(parsedBy(DURATION, parseDuration), {
    default: '10 minutes',
    description:
      'How late a ticket may come, after the latest one of its partition, and still count for its hour.',
  }),
  WATERMARK_IDLE: setting(parsedBy(DURATION, parseDuration), {
    default: '1 minute',
    description: 'After so long without a record a partition closes the hours that the others have closed.',
  }),
};
