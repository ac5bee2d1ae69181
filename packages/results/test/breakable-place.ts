import { silentLogger, type Logger } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  interceptStore,
  ManualClock,
  MemoryObjects,
} from '@client-tickets/micro-batch/testing';

/** A results location that takes no commit while it is broken, its consumers' clock, and what they warned of. */
export function createBreakablePlace() {
  const objects = new MemoryObjects();
  const memory = createMemoryObjectStore('memory://results/', objects);
  const clock = new ManualClock();
  const warnings: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (_, message) => warnings.push(message) };
  let isBroken = false;
  let isHanging = false;
  const results = interceptStore(memory, ({ operation }, send) => {
    if (isHanging) return new Promise(() => {});
    return isBroken && operation === 'putIfAbsent' ? Promise.reject(new Error('broken')) : send();
  });
  return {
    objects,
    /** The location as it would be were it never broken. */
    memory,
    results,
    clock,
    logger,
    warnings,
    break: (broken: boolean) => {
      isBroken = broken;
    },
    hang: () => {
      isHanging = true;
    },
    pass: async (ms: number) => {
      clock.advance(ms);
      for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
    },
  };
}
