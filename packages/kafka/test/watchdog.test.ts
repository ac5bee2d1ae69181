import { describe, expect, test } from 'vitest';
import { Watchdog } from '../src/watchdog.ts';

const checks = (watchdog: Watchdog, count: number): readonly (string | undefined)[] =>
  Array.from({ length: count }, () => watchdog.check());

describe('the watchdog', () => {
  test('barks when there was no sign of life for more checks than it may last', () => {
    const watchdog = new Watchdog(3);
    expect(checks(watchdog, 3)).toEqual([undefined, undefined, undefined]);
    expect(watchdog.check()).toBe('neither heartbeats nor fetches');
  });

  test('each sign of life starts the wait again', () => {
    const watchdog = new Watchdog(3);
    for (let i = 0; i < 20; i += 1) {
      expect(watchdog.check()).toBeUndefined();
      watchdog.alive();
    }
  });

  test('barks about a partition that holds more and brings nothing, though the consumer is alive', () => {
    const watchdog = new Watchdog(2);
    const bark = (): string | undefined => {
      watchdog.alive();
      return watchdog.check();
    };
    watchdog.known(1, 5n, { earliest: 0n, latest: 9n });
    expect([bark(), bark()]).toEqual([undefined, undefined]);
    watchdog.known(1, 5n, { earliest: 0n, latest: 10n }); // hearing of it again is no progress
    expect(bark()).toBe('partition 1 holds offsets up to 9, but nothing of it arrives');
  });

  test.each([
    ['was read, moved or paused', (watchdog: Watchdog) => watchdog.moved(1)],
    ['has no more', (watchdog: Watchdog) => watchdog.known(1, 10n, { earliest: 0n, latest: 10n })],
    ['was assigned again', (watchdog: Watchdog) => watchdog.assigned()],
  ])('is content with a partition that %s', (_, act) => {
    const watchdog = new Watchdog(2);
    watchdog.known(1, 5n, { earliest: 0n, latest: 10n });
    checks(watchdog, 2);
    act(watchdog);
    watchdog.alive();
    expect(checks(watchdog, 2)).toEqual([undefined, undefined]);
  });
});
