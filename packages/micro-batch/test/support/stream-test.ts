import { expect, test } from 'vitest';
import type { Action } from './stream-actions.ts';
import { World } from './stream-world.ts';

export * from './stream-actions.ts';
export * from './stream-world.ts';

/**
 * A test that is a list of actions (after Spark's `StreamTest`), run one after the other on a topic, two stores and a
 * clock that all live in memory. A failure shows the list with an arrow at the action that failed.
 */
export function streamTest(
  name: string,
  options: { readonly partitions?: number; readonly chunkSize?: number },
  ...actions: readonly Action[]
): void {
  test.each([name])('%s', async () => {
    const world = new World(options.partitions ?? 1);
    world.log.chunkSize = options.chunkSize ?? 7;
    expect(await perform(world, actions), 'actions that were performed').toBe(actions.length);
  });
}

async function perform(world: World, actions: readonly Action[]): Promise<number> {
  let done = 0;
  try {
    for (const action of actions) {
      await action.run(world);
      done += 1;
    }
    await world.settle();
    const all = [...world.consumers.values()];
    if (all.every(({ outcome, isGone }) => outcome !== 'running' && !isGone))
      expect(world.clock.sleeping, 'timers that were left').toBe(0);
    return done;
  } catch (error) {
    const list = actions.map(({ name }, index) => `${index === done ? ' ──► ' : '     '}${name}`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}\n\n${list.join('\n')}\n`, { cause: error });
  } finally {
    for (const consumer of world.consumers.values()) consumer.isGone = true;
  }
}
