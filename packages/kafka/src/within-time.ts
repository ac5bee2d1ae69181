import type { Clock } from '@client-tickets/micro-batch';
import { KafkaError } from './kafka-error.ts';

/** The result of `work`, or a `KafkaError` `unavailable` when it takes longer than `ms`. The work is not stopped by it. */
export async function withinTime<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const tooLate = clock.sleep(ms, timer.signal).then((): never => {
    throw new KafkaError('unavailable', `no answer within ${Math.round(ms)} ms`);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    tooLate.catch(() => {}); // the race is decided; ending the timer must not look like a failure of its own
    timer.abort();
  }
}
