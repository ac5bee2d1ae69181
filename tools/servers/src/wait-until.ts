import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 100;

/** Looks again and again until it holds. Rejects with what was waited for when it takes longer. */
export async function waitUntil(
  what: string,
  withinMs: number,
  holds: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs / 1000} s for ${what}, in vain`);
    await delay(LOOK_EVERY_MS);
  }
}
