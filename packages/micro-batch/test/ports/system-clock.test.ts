import { once } from 'node:events';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/ports/system-clock.ts';

test('a sleep lasts at least as long as it should', async () => {
  const startedAt = systemClock.monotonic();
  await systemClock.sleep(20);
  expect(systemClock.monotonic() - startedAt).toBeGreaterThanOrEqual(19); // timers count whole milliseconds
});

test('a sleep ends at once when it is interrupted, before it begins as well', async () => {
  const interrupt = new AbortController();
  const sleeping = systemClock.sleep(3_600_000, interrupt.signal);
  interrupt.abort();
  await sleeping;
  await systemClock.sleep(3_600_000, interrupt.signal);
  expect(interrupt.signal.aborted).toBe(true);
});

test.each([2 ** 31, 60_000 * 999_999_999])(
  'a sleep of %d ms, longer than a timer can be, does not end at once',
  async (ms) => {
    const interrupt = new AbortController();
    const warned = once(process, 'warning', { signal: interrupt.signal }).catch(() => 'no warning');
    let isOver = false;
    const sleeping = systemClock.sleep(ms, interrupt.signal).then(() => (isOver = true));
    await systemClock.sleep(20);
    expect(isOver).toBe(false);
    interrupt.abort();
    await sleeping;
    expect(await warned).toBe('no warning');
  },
);
