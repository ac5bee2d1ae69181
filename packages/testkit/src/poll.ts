import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 250;

/** Resolves once the condition holds; rejects, naming it, when it has not held for so long. */
export async function poll(
  what: string,
  deadlineMs: number,
  condition: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${deadlineMs / 1_000} s`);
    await delay(EVERY_MS);
  }
}
