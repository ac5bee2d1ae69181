import type { Stage } from '../run/stage.ts';

/**
 * Kills consumers, each somewhere in its start or in its first batches, and starts another one in its place. Mostly that one
 * is of a group of its own: it does not wait for the dead one's session to time out, and works side by side with those of the
 * old group, on the same partitions.
 */
export async function killConsumers(stage: Stage, kills: number): Promise<void> {
  const { crew, random } = stage;
  for (let count = 0; count < kills; count += 1) {
    const victim = random.pick(crew.running());
    if (victim !== undefined) {
      if (random.chance(0.8)) await stage.assigned(victim);
      await stage.after(random.below(500));
      await victim.kill();
    }
    crew.start(random.chance(0.8) ? stage.newGroup() : stage.group);
  }
}
