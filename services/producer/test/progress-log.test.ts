import type { Logger } from '@client-tickets/micro-batch';
import { ManualClock } from '@client-tickets/micro-batch/testing';
import { expect, test } from 'vitest';
import { createProgressLog } from '../src/index.ts';

test('a log line every five seconds tells how many and how fast lately', () => {
  const clock = new ManualClock();
  const lines: object[] = [];
  const ignore = (): void => {};
  const logger: Logger = {
    debug: ignore,
    info: (fields) => void lines.push(fields),
    warn: ignore,
    error: ignore,
    child: () => logger,
  };
  const display = createProgressLog(logger, clock);
  const ticketsByType = { TECHNICAL: 0, BILLING: 0, ACCOUNT: 0, GENERAL: 0 };
  for (let second = 1; second <= 12; second++) {
    clock.advance(1_000);
    // Two a second at first, then twenty.
    display.update({ tickets: second <= 5 ? second * 2 : second * 20 - 90, ticketsByType, seconds: second });
  }
  expect(lines).toEqual([
    { tickets: 10, ticketsPerSecond: 2 },
    { tickets: 110, ticketsPerSecond: 20 },
  ]);
});
